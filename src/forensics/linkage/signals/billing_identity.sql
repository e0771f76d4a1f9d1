-- title: the same billing name with the same postcode
-- why: names repeat, and postcodes more so: the accounts must have something else in common, too. a name alone is many people; with a postcode it is one, or one household or company
-- weigh: family=payment level=payer m=0.7 chance=0.05 owner=-1
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'billing_identity' AS identifier_type,
    name_and_postcode(billing_name, billing_postcode) AS identifier_value,
    paid_at AS first_at, paid_at AS last_at, 1 AS uses, evidence_id, line
FROM payments
WHERE account_id IS NOT NULL
    AND billing_name IS NOT NULL AND billing_postcode IS NOT NULL;
