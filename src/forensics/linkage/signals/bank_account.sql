-- title: the same bank account
-- why: kept as a hash; one account is one payer
-- weigh: family=payment level=payer m=0.9 chance=0.01 owner=5
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'bank_account' AS identifier_type, extra['bank_account'] AS identifier_value,
    paid_at AS first_at, paid_at AS last_at, 1 AS uses, evidence_id, line
FROM payments
WHERE account_id IS NOT NULL;
