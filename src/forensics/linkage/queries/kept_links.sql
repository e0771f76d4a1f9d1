-- title: the links that hold groups together
-- why: to follow a chain from one account to another, and to draw an actor from inside
-- parameters: $accounts (NULL: all)
SELECT identifier_type, identifier_value, account_id, weight_bits
FROM links
WHERE kept AND (CAST($accounts AS VARCHAR[]) IS NULL OR list_contains(CAST($accounts AS VARCHAR[]), account_id))
ORDER BY weight_bits DESC, identifier_type, identifier_value, account_id
