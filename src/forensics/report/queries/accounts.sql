-- title: accounts
-- why: every account known, with the leaf actor it belongs to and how strongly it is tied to it
-- made by: exports/fill_accounts
-- parameters: none
SELECT a.*, m.actor_id, m.strength_bits
FROM accounts AS a
LEFT JOIN actor_accounts AS m ON a.account_id = m.account_id
ORDER BY a.account_id
