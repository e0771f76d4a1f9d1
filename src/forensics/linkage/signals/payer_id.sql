-- title: the same customer at the payment provider
-- why: a provider's customer or payer id is one payer
-- weigh: family=payment level=payer m=0.9 chance=0.02 owner=5
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'payer_id' AS identifier_type, payer_id AS identifier_value,
    paid_at AS first_at, paid_at AS last_at, 1 AS uses, evidence_id, line
FROM payments
WHERE account_id IS NOT NULL;
