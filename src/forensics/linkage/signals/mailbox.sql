-- title: the same mailbox written differently
-- why: mail services ignore case, some ignore dots and what follows a plus sign; an account per spelling is one mailbox
-- weigh: family=person level=operator m=0.9 chance=0.001 owner=12
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    a.account_id, 'mailbox' AS identifier_type,
    CASE WHEN d.dots THEN replace(t.bare, '.', '') ELSE t.bare END || '@' || d.provider AS identifier_value,
    a.created_at AS first_at, a.created_at AS last_at, 1 AS uses, a.evidence_id, a.line
FROM accounts AS a
JOIN email_domains AS d ON d.domain = lower(split_part(a.email, '@', -1))
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.tag IS NULL THEN lower(split_part(a.email, '@', 1)) ELSE split_part(lower(split_part(a.email, '@', 1)), d.tag, 1) END AS bare
) AS t
WHERE contains(a.email, '@') AND t.bare <> '' AND d.kind <> 'disposable';
