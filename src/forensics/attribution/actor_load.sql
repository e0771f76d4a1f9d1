-- title: load per minute of one actor in the whole case
-- why: what the others asked for is the rest
-- parameters: $actor_id
SELECT s.minute, CAST(sum(s.requests) AS BIGINT) AS own
FROM subject_minutes AS s
LEFT JOIN owners AS a ON a.account_id = s.account_id
WHERE s.account_id IS NOT NULL AND coalesce(a.actor_id, 'actor-' || left(sha256(s.account_id), 12)) = $actor_id
GROUP BY s.minute
ORDER BY s.minute
