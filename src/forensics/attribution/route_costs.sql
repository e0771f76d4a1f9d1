-- title: mean service time of each route in the windows of comparison
-- why: requests are not equal: one generation may outweigh a thousand page views. Measured outside the incident, so that a service that
--      slows down does not make everybody's requests look heavier.
-- parameters: $starts, $ends (equally long lists of minutes)
WITH windows AS (SELECT unnest($starts) AS starts, unnest($ends) AS ends)
SELECT s.route_id, r.route, CAST(sum(s.timed) AS BIGINT) AS timed, round(sum(s.duration_ms_sum) / nullif(sum(s.timed), 0), 2) AS mean_ms
FROM service_minutes AS s
JOIN windows AS w ON s.minute >= w.starts AND s.minute < w.ends
LEFT JOIN routes AS r ON r.route_id = s.route_id
GROUP BY ALL
ORDER BY ALL
