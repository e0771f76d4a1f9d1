-- title: the same objects in the same order
-- why: four objects in a row that are not simply the next numbers, asked for by two accounts in the same order, ten times or more: both work
--      through one list. Orders that more than five accounts follow (a page's own links, what is popular) say nothing.
-- weigh: family=behaviour level=operator m=0.4 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH shared AS (
    SELECT route_no, leaping_four FROM object_steps WHERE leaping_four IS NOT NULL GROUP BY ALL HAVING min(account_no) <> max(account_no)
),
seen AS MATERIALIZED (
    SELECT account_no, route_no, leaping_four AS four, min(place) AS place
    FROM object_steps
    SEMI JOIN shared USING (route_no, leaping_four)
    GROUP BY account_no, route_no, leaping_four
    QUALIFY count(*) OVER (PARTITION BY route_no, leaping_four) BETWEEN 2 AND 5
),
alike AS (
    SELECT a.account_no AS one, b.account_no AS other, a.route_no, count(*) AS fours, min(a.place) AS one_place, min(b.place) AS other_place
    FROM seen AS a
    JOIN seen AS b ON b.route_no = a.route_no AND b.four = a.four AND b.account_no > a.account_no
    GROUP BY a.account_no, b.account_no, a.route_no
    HAVING count(*) >= 10
)
SELECT
    n.account_id, 'same_order' AS identifier_type, n.route || ' ' || x.account_id || ' and ' || y.account_id AS identifier_value,
    n.started_at AS first_at, n.started_at AS last_at, s.fours AS uses, n.evidence_id, n.line
FROM alike AS s
JOIN asking_accounts AS x ON x.account_no = s.one
JOIN asking_accounts AS y ON y.account_no = s.other
CROSS JOIN LATERAL (SELECT s.one AS account_no, s.one_place AS place UNION ALL SELECT s.other, s.other_place) AS p
JOIN named_steps AS n ON n.account_no = p.account_no AND n.route_no = s.route_no AND n.place = p.place;
