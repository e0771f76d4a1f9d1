-- title: incidents, the worst first
-- why: what a responder reads from the top
-- parameters: none
SELECT * EXCLUDE (part, reading)
FROM incidents
ORDER BY
    list_position(['critical', 'high', 'medium', 'low'], severity), failed_requests + missing_requests DESC, started_at, incident_id
