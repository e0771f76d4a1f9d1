-- title: the same customer at the payment provider
-- why: a provider's customer or payer id is one payer, whether the payment or the account export names it; a plain `customer_id` of an account
--      export may be a tenant's, and links nobody
-- weigh: family=payment level=payer m=0.9 chance=0.02 owner=5
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'payer_id' AS identifier_type, payer_id AS identifier_value,
    paid_at AS first_at, paid_at AS last_at, 1 AS uses, evidence_id, line
FROM payments
WHERE account_id IS NOT NULL
UNION ALL
SELECT account_id, 'payer_id', customer_id, NULL, NULL, 1, evidence_id, line
FROM account_customers
WHERE header <> 'customer_id';
