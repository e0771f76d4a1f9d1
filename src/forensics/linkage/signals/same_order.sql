-- title: the same objects in the same order
-- why: four objects in a row that are not simply the next numbers, asked for by two accounts in the same order, ten times or more: both work
--      through one list. Orders that more than five accounts follow (a page's own links, what is popular) say nothing.
-- weigh: family=behaviour level=operator m=0.4 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH few AS (
    SELECT route, leaping_four
    FROM object_steps
    WHERE leaping_four IS NOT NULL
    GROUP BY route, leaping_four
    HAVING count(DISTINCT account_id) BETWEEN 2 AND 5
),
seen AS (
    SELECT s.account_id, s.route, s.leaping_four AS four, min((s.started_at, s.evidence_id, s.line)) AS first_use
    FROM object_steps AS s
    JOIN few AS f ON f.route = s.route AND f.leaping_four = s.leaping_four
    GROUP BY s.account_id, s.route, s.leaping_four
),
alike AS (
    SELECT a.account_id AS one, b.account_id AS other, a.route, count(*) AS fours, min(a.first_use) AS one_use, min(b.first_use) AS other_use
    FROM seen AS a
    JOIN seen AS b ON b.route = a.route AND b.four = a.four AND b.account_id > a.account_id
    GROUP BY a.account_id, b.account_id, a.route
    HAVING count(*) >= 10
)
SELECT
    p.account_id, 'same_order' AS identifier_type, s.route || ' ' || s.one || ' and ' || s.other AS identifier_value, p.use[1] AS first_at,
    p.use[1] AS last_at, s.fours AS uses, p.use[2] AS evidence_id, p.use[3] AS line
FROM alike AS s
CROSS JOIN LATERAL (SELECT s.one AS account_id, s.one_use AS use UNION ALL SELECT s.other, s.other_use) AS p;
