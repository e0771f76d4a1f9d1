-- title: the same unusual cadence
-- why: requests at one steady interval come from a program; those of one operator run at the same odd one. Round intervals (a second, half a
--      minute, an hour) are everybody's habit and left out; how many share an interval decides what it is worth. To five per cent.
-- weigh: family=behaviour level=operator m=0.4 chance=6 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH paces AS (
    SELECT account_no, quantile_cont(pause, [0.25, 0.5, 0.75]) AS quarters, count(*) AS uses, max(started_at) AS last_at
    FROM object_steps
    WHERE pause > 0
    GROUP BY account_no
    HAVING count(*) >= 100
),
round_ones AS (SELECT unnest([1, 2, 3, 5, 10, 15, 20, 30, 60, 90, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 86400]) AS seconds),
steady AS MATERIALIZED (
    SELECT account_no, quarters[2] AS pace, uses, last_at
    FROM paces
    WHERE quarters[2] >= 0.2 AND quarters[3] - quarters[1] <= 0.1 * quarters[2]
        AND NOT EXISTS (SELECT 1 FROM round_ones WHERE abs(quarters[2] - seconds) <= 0.03 * seconds)
),
begun AS (
    SELECT account_no, min((started_at, evidence_no, line)) AS first_use
    FROM object_steps
    SEMI JOIN steady USING (account_no)
    WHERE pause > 0
    GROUP BY account_no
)
SELECT
    a.account_id, 'cadence' AS identifier_type, 'every ' || format('{:.3g}', 1.05 ** round(ln(s.pace) / ln(1.05))) || ' s' AS identifier_value,
    b.first_use[1] AS first_at, s.last_at, s.uses, l.evidence_id, b.first_use[3] AS line
FROM steady AS s
JOIN begun AS b USING (account_no)
JOIN asking_accounts AS a USING (account_no)
JOIN numbered_logs AS l ON l.evidence_no = b.first_use[2];
