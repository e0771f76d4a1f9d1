-- title: accounts of actors with more than one account
-- why: who belongs to whom, how strongly, and through what
-- made by: linkage/ties
-- parameters: none
SELECT m.actor_id, m.account_id, m.strength_bits, m.via, a.email, a.plan, a.created_at
FROM actor_accounts AS m
LEFT JOIN accounts AS a ON a.account_id = m.account_id
QUALIFY count(*) OVER (PARTITION BY m.actor_id) > 1
ORDER BY m.actor_id, m.strength_bits DESC NULLS LAST, m.account_id
