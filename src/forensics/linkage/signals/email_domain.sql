-- title: mailboxes of one company
-- why: whoever has a mailbox at a company's own domain belongs to it; free mail, disposable mail and relays say nothing
-- weigh: family=organisation level=organisation m=0.8 chance=0.03 owner=8 loose=0.25
CREATE OR REPLACE TEMP VIEW signal AS
SELECT a.account_id, 'email_domain' AS identifier_type, d.registrable AS identifier_value, a.created_at AS first_at, a.created_at AS last_at, 1 AS uses, a.evidence_id, a.line
FROM accounts AS a
JOIN email_domains AS d ON d.domain = lower(split_part(a.email, '@', -1))
WHERE d.kind = 'company' AND contains(a.email, '@');
