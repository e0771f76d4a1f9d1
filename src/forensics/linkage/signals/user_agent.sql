-- title: the same unusual user agent
-- why: a program that names itself and that hardly anybody else runs; browsers are left out: people of one household have the same one
-- weigh: family=device level=operator m=0.4 chance=6 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH agents AS (
    SELECT
        account_id, user_agent, min(first_at) AS first_at, max(last_at) AS last_at, CAST(sum(uses) AS BIGINT) AS uses,
        min(first_use)[2] AS evidence_id, min(first_use)[3] AS line
    FROM account_clients
    WHERE user_agent IS NOT NULL AND NOT starts_with(user_agent, 'Mozilla/')
    GROUP BY account_id, user_agent
)
SELECT account_id, 'user_agent' AS identifier_type, user_agent AS identifier_value, first_at, last_at, uses, evidence_id, line
FROM agents
QUALIFY count(*) OVER (PARTITION BY user_agent) BETWEEN 2 AND greatest(8, 0.002 * (SELECT count(*) FROM accounts));
