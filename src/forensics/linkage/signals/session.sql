-- title: the same session
-- why: two accounts in one session are one browser; the logs must carry session ids (field session or session_id)
-- weigh: family=device level=operator m=0.5 chance=0.01 owner=6
CREATE OR REPLACE TEMP VIEW signal AS
SELECT account_id, 'session' AS identifier_type, value AS identifier_value, first_at, last_at, uses, evidence_id, line
FROM account_extras
WHERE kind = 'session';
