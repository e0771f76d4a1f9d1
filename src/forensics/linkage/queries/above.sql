-- title: the actors that an account is in, from the leaf upwards
-- why: two accounts belong together at the first level that holds both
-- parameters: $account
SELECT a.actor_id, a.label, a.level, a.accounts, a.likelihood
FROM actor_members AS m
JOIN actors AS a USING (actor_id)
WHERE m.account_id = $account
ORDER BY a.accounts, CASE a.level WHEN 'same operator' THEN 0 WHEN 'same payer' THEN 1 ELSE 2 END
