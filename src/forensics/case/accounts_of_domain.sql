-- title: the accounts whose mailbox is at a domain
-- why: a partner is known by its domain, and has many accounts
-- parameters: $domain
SELECT account_id
FROM accounts
WHERE contains(email, '@') AND lower(split_part(email, '@', -1)) = lower($domain)
ORDER BY account_id
