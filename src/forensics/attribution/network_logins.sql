-- title: accounts that used a network, with their actor and how much they asked from there
-- why: load without an account is linked to the accounts that logged in from the same network
-- parameters: $network (a network as in subject_minutes, or the beginning of it that a wider network shares)
SELECT
    s.account_id, coalesce(a.actor_id, 'actor-' || left(sha256(s.account_id), 12)) AS actor_id, CAST(sum(s.requests) AS BIGINT) AS requests
FROM subject_minutes AS s
LEFT JOIN owners AS a ON a.account_id = s.account_id
WHERE s.account_id IS NOT NULL AND starts_with(s.network, $network)
GROUP BY ALL
ORDER BY requests DESC, s.account_id
