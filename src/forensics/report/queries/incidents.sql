-- title: incidents
-- why: what went wrong, when, how badly, who was hit, and what explains it
-- parameters: $incident (NULL: all)
SELECT * FROM incidents
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY started_at, incident_id
