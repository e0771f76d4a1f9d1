-- title: incidents
-- why: the worst first; what went wrong, when, how badly, who was hit, and what explains it
-- made by: incidents/minutes, incidents/facts
-- parameters: $incident (NULL: all)
SELECT * FROM incidents
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY
    list_position(['critical', 'high', 'medium', 'low'], severity) NULLS LAST, coalesce(verdict = 'not an outage', FALSE),
    coalesce(failed_requests, 0) + coalesce(refused_requests, 0) + coalesce(missing_requests, 0) DESC, started_at, incident_id
