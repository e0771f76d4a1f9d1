-- title: accounts that may be the return of a blocked actor
-- why: they appeared after it was blocked, and link to it
-- parameters: $actor_id
SELECT r.account_id, a.email, r.blocked_at, r.appeared_at
FROM possible_returns AS r
LEFT JOIN accounts AS a USING (account_id)
WHERE r.actor_id = $actor_id
ORDER BY r.appeared_at, r.account_id
