-- title: load per minute by account and route, or by network, agent and route where there is no account
-- why: the load of whoever is blamed, beside the errors; `load` is requests, weighted by route where weights are given
-- parameters: $start, $end, $route_ids, $weights (equally long lists; a route that is not among them weighs 1)
WITH weights AS (SELECT unnest($route_ids) AS route_id, unnest($weights) AS weight),
loads AS (
    SELECT
        s.minute, s.account_id, CASE WHEN s.account_id IS NULL THEN s.network END AS network,
        CASE WHEN s.account_id IS NULL THEN s.agent_id END AS agent_id, s.route_id, CAST(sum(s.requests) AS BIGINT) AS requests,
        CAST(sum(s.failed) AS BIGINT) AS failed, sum(s.requests * coalesce(w.weight, CAST(1 AS DOUBLE))) AS load
    FROM subject_minutes AS s
    LEFT JOIN weights AS w ON w.route_id = s.route_id
    WHERE s.minute >= $start AND s.minute < $end
    GROUP BY ALL
)
SELECT
    l.minute, CASE WHEN l.account_id IS NOT NULL THEN coalesce(a.actor_id, 'actor-' || left(sha256(l.account_id), 12)) END AS actor_id,
    l.network, CASE
        WHEN contains(l.network, '.') THEN regexp_replace(l.network, '[0-9]+[.][0-9]+/24$', '0.0/16')
        ELSE regexp_replace(l.network, '^(([0-9a-f]+:){3}).*$', '\1:/48')
    END AS wide_network, l.agent_id, l.account_id, l.route_id, CAST(sum(l.requests) AS BIGINT) AS requests, CAST(sum(l.failed) AS BIGINT) AS failed,
    round(sum(l.load), 3) AS load
FROM loads AS l
LEFT JOIN owners AS a ON a.account_id = l.account_id
GROUP BY ALL
ORDER BY ALL
