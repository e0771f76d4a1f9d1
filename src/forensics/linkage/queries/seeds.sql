-- title: the accounts that a seed names
-- why: a suspect account, its email, a company's domain, an address or network, or any identifier value
-- parameters: $seed
SELECT DISTINCT account_id
FROM (
    SELECT account_id FROM accounts WHERE account_id = $seed OR lower(email) = lower($seed)
    UNION ALL SELECT account_id FROM account_aliases WHERE key = $seed
    UNION ALL SELECT account_id FROM identifiers WHERE lower(identifier_value) = lower($seed)
    UNION ALL SELECT account_id FROM identifiers WHERE identifier_type || ':' || identifier_value = $seed
    UNION ALL SELECT account_id FROM actor_members WHERE actor_id = $seed
)
ORDER BY account_id
