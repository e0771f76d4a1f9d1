-- title: load and refusals by subject, in a refusal incident's window (0) and in each window that it is compared with (1, 2, ...)
-- why: who made the refused requests; the rollup by subject counts no refusals, and such incidents are few. Columns as of loads.sql,
--      with `refused`, `denied` (of them those that a limit did not refuse) and `served`.
-- parameters: $starts, $ends (equally long lists of minutes)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends, unnest(range(len($starts))) AS w
),
loads AS (
    SELECT
        CAST(w.w AS INTEGER) AS w, q.account_id, network_of(q.client_ip) AS network, a.agent_id, m.route_id,
        count(*) AS requests, count(*) FILTER (is_failed(q.status)) AS failed,
        count(*) FILTER (is_refused(q.status)) AS refused, count(*) FILTER (q.status IN (401, 403)) AS denied,
        count(*) FILTER (is_served(q.status)) AS served
    FROM requests AS q
    JOIN windows AS w ON q.started_at >= w.starts AND q.started_at < w.ends
    LEFT JOIN route_masks AS m ON m.mask = path_mask(q.path)
    LEFT JOIN agents AS a ON a.user_agent = q.user_agent
    GROUP BY ALL
)
SELECT
    l.w, CASE WHEN l.account_id IS NOT NULL THEN coalesce(a.actor_id, 'actor-' || left(sha256(l.account_id), 12)) END AS actor_id,
    l.account_id, l.network, CASE
        WHEN contains(l.network, '.') THEN regexp_replace(l.network, '[0-9]+[.][0-9]+/24$', '0.0/16')
        ELSE regexp_replace(l.network, '^(([0-9a-f]+:){3}).*$', '\1:/48')
    END AS wide_network, l.agent_id, l.route_id, l.requests, l.failed, l.refused, l.denied, l.served
FROM loads AS l
LEFT JOIN owners AS a ON a.account_id = l.account_id
ORDER BY ALL
