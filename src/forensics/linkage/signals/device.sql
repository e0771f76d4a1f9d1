-- title: the same device
-- why: a device or installation id is one machine; a family may share it
-- weigh: family=device level=operator m=0.7 chance=0.02 owner=5
CREATE OR REPLACE TEMP VIEW signal AS
SELECT account_id, 'device' AS identifier_type, value AS identifier_value, first_at, last_at, uses, evidence_id, line
FROM account_extras
WHERE kind = 'device';
