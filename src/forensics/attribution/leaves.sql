-- title: the leaf actor of each account
-- why: a ban of the operator hits the accounts of the leaf, not of everybody on the same payer
-- parameters: $accounts
SELECT b.account_id, b.actor_id
FROM actor_accounts AS a
JOIN actor_accounts AS b ON b.actor_id = a.actor_id
WHERE a.account_id IN (SELECT unnest($accounts))
GROUP BY b.account_id, b.actor_id
ORDER BY b.account_id, b.actor_id
