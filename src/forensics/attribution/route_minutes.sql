-- title: service time of each route, minute by minute
-- why: whether answers were still slow when requests began to fail, or had been so once before
-- parameters: $start, $end (minutes)
SELECT minute, route_id, CAST(sum(timed) AS BIGINT) AS timed, round(sum(duration_ms_sum), 2) AS duration_ms
FROM service_minutes
WHERE minute >= $start AND minute < $end AND route_id IS NOT NULL
GROUP BY ALL
ORDER BY ALL
