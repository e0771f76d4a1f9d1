-- title: requests and failures by host, route and backend, in a window (0) and in those that it is compared with (1)
-- why: a deploy breaks one route and a backend fails alone; overload fails everywhere
-- parameters: $starts, $ends (equally long lists of minutes, the incident's own first)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends, unnest(range(len($starts))) AS w
)
SELECT
    CAST(least(w.w, 1) AS INTEGER) AS w, s.host, s.backend, s.route_id, r.route,
    CAST(sum(s.requests) AS BIGINT) AS requests, CAST(sum(s.failed) AS BIGINT) AS failed
FROM service_minutes AS s
JOIN windows AS w ON s.minute >= w.starts AND s.minute < w.ends
LEFT JOIN routes AS r ON r.route_id = s.route_id
GROUP BY ALL
ORDER BY ALL
