-- title: load by subject, in the incident's window (0) and in each window that it is compared with (1, 2, ...)
-- why: the one reading of the rollup that the scan needs; everything after it is small. Requests with an account are counted to the
--      account and its actor (an account that linkage does not know is its own), the others to network and agent.
-- parameters: $starts, $ends (equally long lists of minutes)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends, unnest(range(len($starts))) AS w
),
loads AS (
    SELECT
        CAST(w.w AS INTEGER) AS w, s.account_id, s.network, s.agent_id, s.route_id,
        CAST(sum(s.requests) AS BIGINT) AS requests, CAST(sum(s.failed) AS BIGINT) AS failed
    FROM subject_minutes AS s
    JOIN windows AS w ON s.minute >= w.starts AND s.minute < w.ends
    GROUP BY ALL
)
SELECT
    l.w, CASE WHEN l.account_id IS NOT NULL THEN coalesce(a.actor_id, 'actor-' || left(sha256(l.account_id), 12)) END AS actor_id,
    l.account_id, l.network, CASE
        WHEN contains(l.network, '.') THEN regexp_replace(l.network, '[0-9]+[.][0-9]+/24$', '0.0/16')
        ELSE regexp_replace(l.network, '^(([0-9a-f]+:){3}).*$', '\1:/48')
    END AS wide_network, l.agent_id, l.route_id, l.requests, l.failed
FROM loads AS l
LEFT JOIN owners AS a ON a.account_id = l.account_id
ORDER BY ALL
