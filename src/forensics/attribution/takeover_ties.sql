-- title: what ties accounts beside where they came from, with what, and what they did
-- why: people whose accounts were taken over have nothing in common; a company's accounts have its card, its name or its domain
-- parameters: $accounts, $types (identifier types that whoever sits at the keyboard cannot bring along)
SELECT identifier_type, identifier_value, count(DISTINCT account_id) AS accounts
FROM links
WHERE kept AND list_contains($accounts, account_id) AND list_contains($types, identifier_type)
GROUP BY identifier_type, identifier_value
HAVING count(DISTINCT account_id) >= 2
ORDER BY accounts DESC, identifier_type, identifier_value
