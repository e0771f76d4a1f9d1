-- title: requests by second around the first failures: of everybody, of the blamed, and those that failed
-- why: where load and errors rise in the same minute, only seconds tell which came first; two minutes of events, however long the logs.
--      `own_load` is requests, weighted by route where weights are given: a few heavy ones may be the load of many.
--      Where nothing fails and all are slow (`$timed` is not empty), who waited longer than `$slow` of the route counts as failed.
-- parameters: $accounts, $networks, $start, $end, $route_ids, $weights (equally long lists; a route that is not among them weighs 1),
--             $timed, $slow (likewise: routes, milliseconds)
WITH weights AS (SELECT unnest($route_ids) AS route_id, unnest($weights) AS weight),

times AS (SELECT unnest($timed) AS route_id, unnest($slow) AS ms),

near AS (
    SELECT
        date_trunc('second', started_at) AS second,
        account_id IN (SELECT unnest($accounts)) OR (account_id IS NULL AND network_of(client_ip) IN (SELECT unnest($networks))) AS own,
        is_failed(status) AS failed, duration_ms, CASE WHEN len($route_ids) + len($timed) > 0 THEN path_mask(path) END AS mask
    FROM requests
    WHERE started_at >= $start AND started_at < $end
)

SELECT
    n.second, count(*) AS asked, count(*) FILTER (n.own) AS own, coalesce(sum(coalesce(w.weight, CAST(1 AS DOUBLE))) FILTER (n.own), 0) AS own_load,
    count(*) FILTER (if(len($timed) > 0, coalesce(n.duration_ms > t.ms, FALSE), n.failed)) AS failed
FROM near AS n
LEFT JOIN route_masks AS m ON m.mask = n.mask
LEFT JOIN weights AS w ON w.route_id = m.route_id
LEFT JOIN times AS t ON t.route_id = m.route_id
GROUP BY n.second
ORDER BY n.second
