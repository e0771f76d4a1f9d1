-- title: the same masked card with the same name or postcode
-- why: brand, last four digits and expiry repeat by chance; together with the name or the postcode they do not. A card's first digits are never a link
-- weigh: family=payment level=payer m=0.7 chance=0.05 owner=4
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'masked_card' AS identifier_type,
    concat_ws(' ', lower(card_brand), card_last4, regexp_replace(card_expiry, '(^|/)0', '\1', 'g'), coalesce(plain_name(billing_name), upper(billing_postcode)))
        AS identifier_value,
    paid_at AS first_at, paid_at AS last_at, 1 AS uses, evidence_id, line
FROM payments
WHERE account_id IS NOT NULL
    AND card_last4 IS NOT NULL AND card_expiry IS NOT NULL AND coalesce(billing_name, billing_postcode) IS NOT NULL;
