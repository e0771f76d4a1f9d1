-- title: one stops, the next continues
-- why: an account walks through the ids of objects and stops; within the hour another begins at the very next ids, and the first never goes
--      on from there itself. Two crawlers that both follow the newest objects continue their own walks, and are left out; so is a place
--      where many begin.
-- weigh: family=behaviour level=operator m=0.3 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH walkers AS (
    SELECT account_id, route FROM object_steps WHERE step BETWEEN 1 AND 50 AND pause <= 1800 GROUP BY account_id, route HAVING count(*) >= 9
),
numbered AS (
    SELECT
        *, sum(CASE WHEN step BETWEEN 1 AND 50 AND pause <= 1800 THEN 0 ELSE 1 END) OVER (
            PARTITION BY account_id, route ORDER BY started_at, evidence_id, line ROWS UNBOUNDED PRECEDING
        ) AS run
    FROM object_steps
    SEMI JOIN walkers USING (account_id, route)
),
runs AS (
    SELECT
        account_id, route, run, min(object_no) AS low, max(object_no) AS high, min(started_at) AS begun, max(started_at) AS ended,
        min((started_at, evidence_id, line)) AS first_use
    FROM numbered
    GROUP BY account_id, route, run
    HAVING count(*) >= 10
),
met AS (
    SELECT a.account_id AS one, b.account_id AS other, a.route, a.ended, b.begun, a.first_use AS one_use, b.first_use AS other_use
    FROM runs AS a
    JOIN runs AS b ON b.route = a.route AND b.low > a.high AND b.low <= a.high + 50
    WHERE b.account_id <> a.account_id AND b.begun BETWEEN a.ended - INTERVAL 5 MINUTE AND a.ended + INTERVAL 1 HOUR
        AND NOT EXISTS (
            SELECT 1 FROM runs AS c
            WHERE c.account_id = a.account_id AND c.route = a.route AND c.begun > a.ended AND c.low > a.high AND c.low <= a.high + 50
        )
        AND NOT EXISTS (
            SELECT 1 FROM runs AS d
            WHERE d.account_id = b.account_id AND d.route = b.route AND d.ended < b.begun AND d.high < b.low AND d.high >= b.low - 50
        )
    QUALIFY count(*) OVER (PARTITION BY a.route, a.account_id, a.run) <= 3
)
SELECT
    p.account_id, 'hand_over' AS identifier_type, m.route || ' ' || least(m.one, m.other) || ' and ' || greatest(m.one, m.other) AS identifier_value,
    m.ended AS first_at, m.begun AS last_at, 1 AS uses, p.use[2] AS evidence_id, p.use[3] AS line
FROM met AS m
CROSS JOIN LATERAL (SELECT m.one AS account_id, m.one_use AS use UNION ALL SELECT m.other, m.other_use) AS p;
