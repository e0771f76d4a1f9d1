-- title: the same unusual cadence
-- why: requests at one steady interval come from a program; those of one operator run at the same odd one. Round intervals (a second, half a
--      minute, an hour) are everybody's habit and left out; how many share an interval decides what it is worth. To five per cent.
-- weigh: family=behaviour level=operator m=0.4 chance=6 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH paces AS (
    SELECT
        account_id, median(pause) AS pace, quantile_cont(pause, 0.75) - quantile_cont(pause, 0.25) AS spread, count(*) AS uses,
        min((started_at, evidence_id, line)) AS first_use, max(started_at) AS last_at
    FROM object_steps
    WHERE pause > 0
    GROUP BY account_id
    HAVING count(*) >= 100
),
round_ones AS (SELECT unnest([1, 2, 3, 5, 10, 15, 20, 30, 60, 90, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 86400]) AS seconds)
SELECT
    account_id, 'cadence' AS identifier_type, 'every ' || format('{:.3g}', 1.05 ** round(ln(pace) / ln(1.05))) || ' s' AS identifier_value,
    first_use[1] AS first_at, last_at, uses, first_use[2] AS evidence_id, first_use[3] AS line
FROM paces
WHERE pace >= 0.2 AND spread <= 0.1 * pace
    AND NOT EXISTS (SELECT 1 FROM round_ones WHERE abs(pace - seconds) <= 0.03 * seconds);
