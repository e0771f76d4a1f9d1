-- title: one row per account, type and value
-- why: an identifier that was brought may be in the logs too
-- parameters: none
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT account_id, identifier_type, identifier_value FROM identifiers GROUP BY ALL HAVING count(*) > 1;

CREATE OR REPLACE TEMP TABLE merged AS
SELECT
    account_id, identifier_type, identifier_value, min(signal) AS signal, min(first_at) AS first_at, max(last_at) AS last_at,
    CAST(sum(uses) AS BIGINT) AS uses, min_by(evidence_id, (signal = 'brought', evidence_id, line)) AS evidence_id,
    min_by(line, (signal = 'brought', evidence_id, line)) AS line
FROM identifiers
JOIN repeated USING (account_id, identifier_type, identifier_value)
GROUP BY ALL;

DELETE FROM identifiers WHERE (account_id, identifier_type, identifier_value) IN (SELECT (account_id, identifier_type, identifier_value) FROM repeated);

INSERT INTO identifiers BY NAME SELECT * FROM merged ORDER BY ALL;
