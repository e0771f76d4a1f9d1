-- title: accounts that share what they pay with, whoever linkage takes it for
-- why: a card that many have in common may be a reseller's, and joins nobody; that its accounts rise at once, and hardly anybody else, is no
--      crowd's doing all the same
-- parameters: $fewest (accounts that share it, at least)
SELECT v.identifier_type, v.identifier_value, m.account_id, coalesce(o.actor_id, 'actor-' || left(sha256(m.account_id), 12)) AS actor_id
FROM shared_values AS v
JOIN identifier_types AS t USING (identifier_type)
JOIN value_uses AS u USING (value_no)
JOIN actor_accounts AS m USING (account_no)
LEFT JOIN owners AS o ON o.account_id = m.account_id
WHERE t.family = 'payment' AND t.level = 'payer' AND t.owner_bits > 0 AND v.sharers >= $fewest
ORDER BY ALL
