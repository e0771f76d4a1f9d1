-- title: what the service did in every minute of the case
-- why: capacity and the response of errors and latency to load are learnt from all of it; one row per minute, however many events.
--      `load` is requests, weighted by route where weights are given; `refused` is that part of it that was refused (4xx).
-- parameters: $route_ids, $weights (equally long lists; a route that is not among them weighs 1)
WITH weights AS (SELECT unnest($route_ids) AS route_id, unnest($weights) AS weight)
SELECT
    s.minute, CAST(sum(s.requests) AS BIGINT) AS requests, CAST(sum(s.failed) AS BIGINT) AS failed, CAST(sum(s.timed) AS BIGINT) AS timed,
    round(sum(s.duration_ms_sum), 0) AS duration_ms, round(sum(s.requests * coalesce(w.weight, CAST(1 AS DOUBLE))), 3) AS load,
    round(coalesce(sum(s.refused * coalesce(w.weight, CAST(1 AS DOUBLE))), 0), 3) AS refused
FROM service_minutes AS s
LEFT JOIN weights AS w ON w.route_id = s.route_id
GROUP BY s.minute
ORDER BY s.minute
