-- title: the same company name
-- why: exports carry the company of an account or a payment; its legal form is written in many ways and left out here
-- weigh: family=organisation level=organisation m=0.6 chance=0.1 owner=6 loose=0.3
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'company_name' AS identifier_type,
    plain_name(told_company(extra)) AS identifier_value,
    seen AS first_at, seen AS last_at, 1 AS uses, evidence_id, line
FROM told_extras()
WHERE length(plain_name(told_company(extra))) > 2;
