-- title: load, failures and latency per minute
-- why: the picture of an incident, from before its ramp until after its end. Where the incident's own latency is not known, it is the mean time
--      of the answers within its scope (whole milliseconds are added up, so that the order of threads does not show)
-- parameters: $incident (NULL: all)
WITH asked AS (
    SELECT incident_id, scope FROM incidents
    WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
),
answers AS (
    SELECT
        i.incident_id, s.minute,
        round(CAST(sum(CAST(round(s.duration_ms_sum) AS HUGEINT)) AS DOUBLE) / sum(s.timed), 1) AS mean_ms
    FROM asked AS i
    JOIN service_minutes AS s ON s.timed > 0
    LEFT JOIN routes AS r ON r.route_id = s.route_id
    WHERE i.scope = 'everything' OR i.scope IN (r.route, s.host, s.backend)
    GROUP BY i.incident_id, s.minute
)
SELECT
    m.incident_id, m.minute, m.requests, m.failed, m.expected_requests, coalesce(m.latency_ms, a.mean_ms) AS latency_ms, m.capacity_requests
FROM incident_minutes AS m
JOIN asked AS i ON i.incident_id = m.incident_id
LEFT JOIN answers AS a ON a.incident_id = m.incident_id AND a.minute = m.minute
ORDER BY m.incident_id, m.minute
