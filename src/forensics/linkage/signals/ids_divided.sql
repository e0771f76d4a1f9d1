-- title: the ids divided between accounts
-- why: two accounts that each took hundreds of objects of one kind from the same stretch of ids, and hardly any of them both: by chance they
--      would have met often. Two who collect on their own meet. The hundred busiest accounts of a route are compared,
--      by a share of the ids (spread by their numbers, so that odd and even stay alike) that keeps the work within bounds.
-- weigh: family=behaviour level=operator m=0.3 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH busy AS (SELECT account_no, route_no FROM object_steps GROUP BY ALL HAVING count(*) >= 100),
objects AS MATERIALIZED (SELECT DISTINCT account_no, route_no, object_no FROM object_steps SEMI JOIN busy USING (account_no, route_no)),
takers AS MATERIALIZED (
    SELECT account_no, route_no, count(*) AS objects, min(object_no) AS low, max(object_no) AS high
    FROM objects
    GROUP BY account_no, route_no
    HAVING count(*) >= 100
    QUALIFY row_number() OVER (PARTITION BY route_no ORDER BY count(*) DESC, account_no) <= 100
),
shares AS (SELECT route_no, CAST(ceil(sum(objects) / 50000) AS BIGINT) AS one_in FROM takers GROUP BY route_no),
stretches AS MATERIALIZED (
    SELECT
        a.account_no AS one, b.account_no AS other, a.route_no, greatest(a.low, b.low) AS low, least(a.high, b.high) AS high,
        (least(a.high, b.high) - greatest(a.low, b.low) + 1) / s.one_in AS ids
    FROM takers AS a
    JOIN takers AS b ON b.route_no = a.route_no AND b.account_no > a.account_no
    JOIN shares AS s ON s.route_no = a.route_no
    WHERE least(a.high, b.high) - greatest(a.low, b.low) >= 0.5 * least(a.high - a.low, b.high - b.low)
),
sampled AS MATERIALIZED (
    SELECT o.account_no, o.route_no, o.object_no, row_number() OVER (PARTITION BY o.account_no, o.route_no ORDER BY o.object_no) AS nth
    FROM objects AS o
    SEMI JOIN takers AS k ON k.account_no = o.account_no AND k.route_no = o.route_no
    JOIN shares AS s ON s.route_no = o.route_no
    WHERE (o.object_no % 1000003) * 2654435761 % 4294967296 // 65536 % s.one_in = 0
),
-- How many each took of a stretch that both worked in: up to its end, less those before its beginning.
sides AS (SELECT one, other, route_no, low, high, unnest([one, other]) AS account_no FROM stretches),
ended AS (
    SELECT s.*, h.nth AS up_to
    FROM sides AS s
    ASOF JOIN sampled AS h ON h.account_no = s.account_no AND h.route_no = s.route_no AND s.high >= h.object_no
),
took AS (
    SELECT e.one, e.other, e.route_no, e.account_no, e.up_to - coalesce(l.nth, 0) AS objects
    FROM ended AS e
    ASOF LEFT JOIN sampled AS l ON l.account_no = e.account_no AND l.route_no = e.route_no AND e.low > l.object_no
),
many AS (
    SELECT s.one, s.other, s.route_no, s.low, s.high, CAST(x.objects AS DOUBLE) * y.objects / s.ids AS expected
    FROM stretches AS s
    JOIN took AS x ON x.one = s.one AND x.other = s.other AND x.route_no = s.route_no AND x.account_no = s.one
    JOIN took AS y ON y.one = s.one AND y.other = s.other AND y.route_no = s.route_no AND y.account_no = s.other
    WHERE CAST(x.objects AS DOUBLE) * y.objects / s.ids >= 20
),
both_took AS (
    SELECT m.one, m.other, m.route_no, count(*) AS objects
    FROM sampled AS a
    JOIN sampled AS b ON b.route_no = a.route_no AND b.object_no = a.object_no AND b.account_no > a.account_no
    JOIN many AS m ON m.one = a.account_no AND m.other = b.account_no AND m.route_no = a.route_no AND a.object_no BETWEEN m.low AND m.high
    GROUP BY ALL
),
divided AS (
    SELECT m.one, m.other, m.route_no
    FROM many AS m
    LEFT JOIN both_took AS t ON t.one = m.one AND t.other = m.other AND t.route_no = m.route_no
    WHERE coalesce(t.objects, 0) <= 0.1 * m.expected
)
SELECT
    n.account_id, 'ids_divided' AS identifier_type, n.route || ' ' || x.account_id || ' and ' || y.account_id AS identifier_value,
    n.started_at AS first_at, n.started_at AS last_at, t.objects AS uses, n.evidence_id, n.line
FROM divided AS d
JOIN asking_accounts AS x ON x.account_no = d.one
JOIN asking_accounts AS y ON y.account_no = d.other
JOIN takers AS t ON t.route_no = d.route_no AND t.account_no IN (d.one, d.other)
JOIN named_steps AS n ON n.account_no = t.account_no AND n.route_no = t.route_no AND n.place = 1;
