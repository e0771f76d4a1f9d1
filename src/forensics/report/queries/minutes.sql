-- title: load, failures and latency per minute
-- why: the picture of an incident, from before its ramp until after its end
-- made by: incidents/scope_minutes, incidents/latency
-- parameters: $incident (NULL: all)
SELECT incident_id, minute, requests, failed, expected_requests, latency_ms, capacity_requests
FROM incident_minutes
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY incident_id, minute
