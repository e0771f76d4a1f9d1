-- title: the same sign-up address
-- why: accounts opened from one address, as the account export says
-- weigh: family=network level=operator m=0.5 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
SELECT account_id, 'signup_ip' AS identifier_type, signup_ip AS identifier_value, created_at AS first_at, created_at AS last_at, 1 AS uses, evidence_id, line
FROM accounts
WHERE signup_ip IS NOT NULL AND NOT is_nobodys_address(signup_ip);
