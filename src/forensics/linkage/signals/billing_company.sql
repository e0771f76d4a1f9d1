-- title: the same company on the bill, with the same postcode
-- why: a name that carries a legal form is no person's, and a register keeps companies of one place apart: whoever is billed as one belongs to it, whatever card is
--      charged (who pays is another question: `billing_identity`). Resellers and agencies bill strangers: many who share nothing else are no one's
-- weigh: family=payment level=organisation m=0.7 chance=0.05 owner=2
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'billing_company' AS identifier_type,
    name_and_postcode(billing_name, billing_postcode) AS identifier_value,
    paid_at AS first_at, paid_at AS last_at, 1 AS uses, evidence_id, line
FROM payments
WHERE account_id IS NOT NULL
    AND billing_postcode IS NOT NULL
    AND regexp_matches(plain_words(billing_name), legal_form())
    AND length(plain_name(billing_name)) > 2;
