-- title: the same payer's mailbox
-- why: the email address that receipts go to is one payer's
-- weigh: family=payment level=payer m=0.9 chance=0.02 owner=5
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'payer_email' AS identifier_type, lower(payer_email) AS identifier_value,
    paid_at AS first_at, paid_at AS last_at, 1 AS uses, evidence_id, line
FROM payments
WHERE account_id IS NOT NULL;
