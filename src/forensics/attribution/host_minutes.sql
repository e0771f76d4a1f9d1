-- title: requests of each host in a window (0) and, on average, in those that it is compared with (1)
-- why: one host that falls silent while the others go on as usual has lost its log, or itself
-- parameters: $starts, $ends (equally long lists of minutes, the incident's own first)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends, unnest(range(len($starts))) AS w
)
SELECT
    s.host, coalesce(sum(s.requests) FILTER (w.w = 0), 0) AS requests, coalesce(sum(s.failed) FILTER (w.w = 0), 0) AS failed,
    coalesce(sum(s.requests) FILTER (w.w > 0), 0) / greatest(len($starts) - 1, 1) AS expected
FROM service_minutes AS s
JOIN windows AS w ON s.minute >= w.starts AND s.minute < w.ends
GROUP BY s.host
ORDER BY s.host
