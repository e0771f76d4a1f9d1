-- title: the same API key
-- why: a key that two accounts use was handed from one to the other
-- weigh: family=device level=operator m=0.5 chance=0.01 owner=6
CREATE OR REPLACE TEMP VIEW signal AS
SELECT account_id, 'api_key' AS identifier_type, value AS identifier_value, first_at, last_at, uses, evidence_id, line
FROM account_extras
WHERE kind = 'api_key';
