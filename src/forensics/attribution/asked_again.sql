-- title: what chosen subjects asked again because it had failed, by minute
-- why: load that follows errors is not their cause: a program that asks for the same thing until it gets it makes a storm of one failure. Who asks
--      for the same thing again and again whether it was served or not does as ever when it fails; `served` and `served_again` tell that.
--      Those without an account are told apart by their address and agent. Subjects as in loads.sql
-- parameters: $accounts, $networks, $start, $end, $within (seconds between an answer and what is asked again), $route_ids, $weights (equally long
--             lists; a route that is not among them weighs 1)
WITH weights AS (SELECT unnest($route_ids) AS route_id, unnest($weights) AS weight),

own AS (
    SELECT
        started_at, account_id, client_ip, user_agent, path, is_failed(status) AS failed, is_served(status) AS served,
        lead(started_at) OVER same - started_at <= to_seconds($within) AS followed,
        started_at - lag(started_at) OVER same <= to_seconds($within) AND lag(is_failed(status)) OVER same AS repeats
    FROM requests
    WHERE started_at >= $start AND started_at < $end
        AND (account_id IN (SELECT unnest($accounts)) OR (account_id IS NULL AND network_of(client_ip) IN (SELECT unnest($networks))))
    WINDOW same AS (
        PARTITION BY account_id, CASE WHEN account_id IS NULL THEN client_ip || ' ' || user_agent END, method, path, query
        ORDER BY started_at, evidence_id, line
    )
)

SELECT
    date_trunc('minute', o.started_at) AS minute, o.account_id, network_of(o.client_ip) AS network, a.agent_id, m.route_id,
    count(*) FILTER (o.repeats) AS requests, count(*) FILTER (o.repeats AND o.failed) AS failed,
    round(coalesce(sum(coalesce(w.weight, CAST(1 AS DOUBLE))) FILTER (o.repeats), 0), 3) AS load,
    count(*) FILTER (o.served) AS served, count(*) FILTER (o.served AND coalesce(o.followed, FALSE)) AS served_again
FROM own AS o
LEFT JOIN agents AS a ON a.user_agent = o.user_agent
LEFT JOIN route_masks AS m ON m.mask = path_mask(o.path)
LEFT JOIN weights AS w ON w.route_id = m.route_id
GROUP BY ALL
ORDER BY ALL
