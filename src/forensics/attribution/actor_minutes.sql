-- title: load per minute of chosen actors, and of everybody else (actor_id NULL)
-- why: the picture of an incident: who asked how much, when
-- parameters: $actors, $start, $end
SELECT
    s.minute, CASE WHEN list_contains($actors, a.actor_id) THEN a.actor_id END AS actor_id,
    CAST(sum(s.requests) AS BIGINT) AS requests, CAST(sum(s.failed) AS BIGINT) AS failed
FROM subject_minutes AS s
LEFT JOIN (
    SELECT DISTINCT m.account_id, coalesce(x.actor_id, 'actor-' || left(sha256(m.account_id), 12)) AS actor_id
    FROM (SELECT DISTINCT account_id FROM subject_minutes WHERE account_id IS NOT NULL) AS m
    LEFT JOIN account_actors AS x ON x.account_id = m.account_id
) AS a ON a.account_id = s.account_id
WHERE s.minute >= $start AND s.minute < $end
GROUP BY ALL
ORDER BY ALL
