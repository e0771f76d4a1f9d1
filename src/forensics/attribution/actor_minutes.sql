-- title: load per minute of chosen actors, and of everybody else (actor_id NULL)
-- why: the picture of an incident: who asked how much, when
-- parameters: $actors, $start, $end
WITH loads AS (
    SELECT minute, account_id, CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(failed) AS BIGINT) AS failed
    FROM subject_minutes
    WHERE minute >= $start AND minute < $end
    GROUP BY minute, account_id
),
owned AS (
    SELECT l.minute, coalesce(a.actor_id, 'actor-' || left(sha256(l.account_id), 12)) AS actor_id, l.requests, l.failed
    FROM loads AS l
    LEFT JOIN owners AS a ON a.account_id = l.account_id
)
SELECT
    minute, CASE WHEN list_contains($actors, actor_id) THEN actor_id END AS actor_id,
    CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(failed) AS BIGINT) AS failed
FROM owned
GROUP BY ALL
ORDER BY ALL
