-- title: the same house on the bill
-- why: cards and names on a bill are changed more easily than where one lives or works. A house has many tenants, an office to rent hundreds, and
--      a forwarder thousands: who shares it must have something else in common, too, and it shows a household or an organisation, never who pays
-- weigh: family=payment level=organisation m=0.6 chance=0.05 owner=-1
CREATE OR REPLACE TEMP VIEW signal AS
WITH told AS (
    SELECT account_id, extra['billing_street'] AS street, billing_postcode AS postcode, paid_at AS seen, evidence_id, line FROM payments
    WHERE account_id IS NOT NULL
    UNION ALL
    SELECT account_id, extra['billing_street'], extra['billing_postcode'], created_at, evidence_id, line FROM account_records
    WHERE account_id IS NOT NULL AND account_id NOT IN (SELECT key FROM ambiguous_keys WHERE source = 'accounts')
),
houses AS (
    SELECT *, house_words(street) AS house, upper(regexp_replace(postcode, '[^0-9A-Za-z]', '', 'g')) AS code
    FROM told
    WHERE street IS NOT NULL AND postcode IS NOT NULL
)
SELECT
    account_id, 'billing_address' AS identifier_type, house || ', ' || code AS identifier_value, seen AS first_at, seen AS last_at, 1 AS uses,
    evidence_id, line
FROM houses
-- a street without a number is no house
WHERE regexp_matches(house, '\d') AND regexp_matches(house, '\p{L}{2}') AND length(code) >= 3;
