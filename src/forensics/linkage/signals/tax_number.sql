-- title: the same tax number
-- why: a VAT or company number is given to one company and named by whoever has an invoice written to it, from whatever mailbox
-- weigh: family=organisation level=organisation m=0.6 chance=0.02 owner=8 loose=0.25
CREATE OR REPLACE TEMP VIEW signal AS
WITH numbered AS (
    SELECT
        account_id, seen, evidence_id, line,
        upper(regexp_replace(coalesce(
            extra['vat_number'], extra['vat_id'], extra['vat_no'], extra['vat'], extra['customer_vat_number'], extra['billing_vat_number'],
            extra['tax_number'], extra['tax_id'], extra['company_number'], extra['ust_id'], extra['ust_idnr'], extra['ust_id_nr'], extra['ustid']
        ), '[^0-9A-Za-z]', '', 'g')) AS number
    FROM told_extras()
)
SELECT
    account_id, 'tax_number' AS identifier_type, number AS identifier_value, seen AS first_at, seen AS last_at, 1 AS uses, evidence_id, line
FROM numbered
WHERE regexp_full_match(number, '[A-Z]{0,3}[0-9A-Z]{6,15}') AND length(regexp_replace(number, '[^0-9]', '', 'g')) >= 6
    AND NOT regexp_full_match(number, '[A-Z]*(0+|1+|9+|123456789?0?)');
