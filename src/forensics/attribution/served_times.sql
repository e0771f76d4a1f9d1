-- title: mean service time of each route, of requests that did not fail, in a few minutes
-- why: under too much load what is still served is slow; failures themselves may be quicker or slower than any answer
-- parameters: $start, $end (minutes of the impact, however long it lasted)
SELECT m.route_id, count(*) AS timed, round(avg(q.duration_ms), 2) AS mean_ms
FROM requests AS q
JOIN route_masks AS m ON m.mask = path_mask(q.path)
WHERE q.started_at >= $start AND q.started_at < $end AND q.duration_ms IS NOT NULL AND NOT is_failed(q.status)
GROUP BY m.route_id
ORDER BY m.route_id
