-- title: load per minute by actor, or by network and agent where there is no account
-- why: the load of whoever is blamed, beside the errors
-- parameters: $start, $end
WITH loads AS (
    SELECT
        minute, account_id, CASE WHEN account_id IS NULL THEN network END AS network, CASE WHEN account_id IS NULL THEN agent_id END AS agent_id,
        CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(failed) AS BIGINT) AS failed
    FROM subject_minutes
    WHERE minute >= $start AND minute < $end
    GROUP BY ALL
)
SELECT
    l.minute, CASE WHEN l.account_id IS NOT NULL THEN coalesce(a.actor_id, 'actor-' || left(sha256(l.account_id), 12)) END AS actor_id,
    l.network, l.agent_id, CAST(sum(l.requests) AS BIGINT) AS requests, CAST(sum(l.failed) AS BIGINT) AS failed
FROM loads AS l
LEFT JOIN account_actors AS a ON a.account_id = l.account_id
GROUP BY ALL
ORDER BY ALL
