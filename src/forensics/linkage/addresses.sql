-- title: which account came from which address, when, how often
-- why: every network signal starts from this; one pass over the events
-- parameters: none
CREATE OR REPLACE TEMP TABLE account_addresses AS
WITH seen AS (
    SELECT
        account_id, client_ip, min(started_at) AS first_at, max(started_at) AS last_at, count(*) AS uses,
        min((started_at, evidence_id, line)) AS first_use
    FROM events
    WHERE account_id IS NOT NULL AND client_ip IS NOT NULL
    GROUP BY account_id, client_ip
)
SELECT
    account_id, client_ip, first_at, last_at, uses, first_use[2] AS evidence_id, first_use[3] AS line,
    network_of(client_ip) AS network
FROM seen;
