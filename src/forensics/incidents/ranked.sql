-- title: incidents, the worst first
-- why: what a responder reads from the top; a log that is missing is no outage, and comes after what happened to the service
-- parameters: none
SELECT * EXCLUDE (part, reading)
FROM incidents
ORDER BY
    list_position(['critical', 'high', 'medium', 'low'], severity),
    coalesce(verdict = 'not an outage', FALSE), failed_requests + coalesce(refused_requests, 0) + missing_requests DESC, started_at, incident_id
