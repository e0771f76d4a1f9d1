-- title: the accounts whose mailbox is at a company's own domain
-- why: a partner is known by its domain, and has many accounts; who is at a free or disposable mail service is anybody
-- parameters: $domain
SELECT a.account_id
FROM accounts AS a
JOIN email_domains AS d ON d.domain = lower(split_part(a.email, '@', -1))
WHERE contains(a.email, '@') AND d.domain = lower($domain) AND d.kind = 'company'
ORDER BY a.account_id
