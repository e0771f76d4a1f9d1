-- title: one stops, the next continues
-- why: an account walks through the ids of objects and stops; within the hour another begins at the very next ids, and the first never goes
--      on from there itself. Two crawlers that both follow the newest objects continue their own walks, and are left out; so is a place
--      where many begin.
-- weigh: family=behaviour level=operator m=0.3 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH going_on AS (                              -- requests that continue a walk; those of one walk have places without a gap
    SELECT account_no, route_no, place, place - row_number() OVER (PARTITION BY account_no, route_no ORDER BY place) AS walk
    FROM object_steps
    WHERE step BETWEEN 1 AND 50 AND pause <= 1800
),
walks AS (
    SELECT account_no, route_no, min(place) - 1 AS first_place, max(place) AS last_place
    FROM going_on
    GROUP BY account_no, route_no, walk
    HAVING count(*) >= 9
),
runs AS MATERIALIZED (
    SELECT
        w.account_no, w.route_no, f.object_no AS low, l.object_no AS high, f.started_at AS begun, l.started_at AS ended, w.first_place AS place
    FROM walks AS w
    JOIN object_steps AS f ON f.account_no = w.account_no AND f.route_no = w.route_no AND f.place = w.first_place
    JOIN object_steps AS l ON l.account_no = w.account_no AND l.route_no = w.route_no AND l.place = w.last_place
),
met AS (
    SELECT a.account_no AS one, b.account_no AS other, a.route_no, a.ended, b.begun, a.place AS one_place, b.place AS other_place
    FROM runs AS a
    JOIN runs AS b ON b.route_no = a.route_no AND b.low > a.high AND b.low <= a.high + 50
    WHERE b.account_no <> a.account_no AND b.begun BETWEEN a.ended - INTERVAL 5 MINUTE AND a.ended + INTERVAL 1 HOUR
        AND NOT EXISTS (
            SELECT 1 FROM runs AS c
            WHERE c.account_no = a.account_no AND c.route_no = a.route_no AND c.begun > a.ended AND c.low > a.high AND c.low <= a.high + 50
        )
        AND NOT EXISTS (
            SELECT 1 FROM runs AS d
            WHERE d.account_no = b.account_no AND d.route_no = b.route_no AND d.ended < b.begun AND d.high < b.low AND d.high >= b.low - 50
        )
    QUALIFY count(*) OVER (PARTITION BY a.route_no, a.account_no, a.place) <= 3
)
SELECT
    n.account_id, 'hand_over' AS identifier_type, n.route || ' ' || x.account_id || ' and ' || y.account_id AS identifier_value,
    m.ended AS first_at, m.begun AS last_at, 1 AS uses, n.evidence_id, n.line
FROM met AS m
JOIN asking_accounts AS x ON x.account_no = least(m.one, m.other)
JOIN asking_accounts AS y ON y.account_no = greatest(m.one, m.other)
CROSS JOIN LATERAL (SELECT m.one AS account_no, m.one_place AS place UNION ALL SELECT m.other, m.other_place) AS p
JOIN named_steps AS n ON n.account_no = p.account_no AND n.route_no = m.route_no AND n.place = p.place;
