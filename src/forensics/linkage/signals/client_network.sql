-- title: the same client network (/24 or /64)
-- why: neighbouring addresses are often one office or household, less often than one address
-- weigh: family=network level=operator m=0.5 chance=4 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'client_network' AS identifier_type, network AS identifier_value, min(first_at) AS first_at, max(last_at) AS last_at, CAST(sum(uses) AS BIGINT) AS uses,
    min_by(evidence_id, (first_at, evidence_id, line)) AS evidence_id, min_by(line, (first_at, evidence_id, line)) AS line
FROM account_addresses
WHERE network IS NOT NULL
GROUP BY account_id, network;
