-- title: the same card
-- why: a fingerprint is one card number; who pays with one card is one payer, unless it is a reseller's. Another fingerprint excludes nothing (wallets tokenise)
-- weigh: family=payment level=payer m=0.9 chance=0.02 owner=5
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'card_fingerprint' AS identifier_type, card_fingerprint AS identifier_value,
    paid_at AS first_at, paid_at AS last_at, 1 AS uses, evidence_id, line
FROM payments
WHERE account_id IS NOT NULL;
