-- title: latency per minute of each incident
-- why: the picture of an incident needs milliseconds; the mean time of the answers within its scope, where the logs carry times
--      (whole milliseconds are added up, so that the order of threads does not show)
-- parameters: none; reads `incidents` and `incident_minutes` as filled by detection
UPDATE incident_minutes AS m SET latency_ms = a.mean_ms
FROM (
    SELECT
        i.incident_id, s.minute,
        round(CAST(sum(CAST(round(s.duration_ms_sum) AS HUGEINT)) AS DOUBLE) / CAST(sum(s.timed) AS DOUBLE), 1) AS mean_ms
    FROM incidents AS i
    JOIN incident_minutes AS own ON own.incident_id = i.incident_id
    JOIN service_minutes AS s ON s.minute = own.minute AND s.timed > 0
    LEFT JOIN routes AS r ON r.route_id = s.route_id
    WHERE of_scope(i.part, i.scope, s.host, s.backend, r.route, NULL)
    GROUP BY i.incident_id, s.minute
) AS a
WHERE a.incident_id = m.incident_id AND a.minute = m.minute
