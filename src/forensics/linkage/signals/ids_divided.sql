-- title: the ids divided between accounts
-- why: two accounts that each took hundreds of objects of one kind from the same stretch of ids, and hardly any of them both: by chance they
--      would have met often. Two who collect on their own meet. The hundred busiest accounts of a route are compared.
-- weigh: family=behaviour level=operator m=0.3 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH taken AS (
    SELECT account_id, route, object_no, min((started_at, evidence_id, line)) AS first_use
    FROM object_steps
    WHERE object_no IS NOT NULL
    GROUP BY account_id, route, object_no
),
takers AS (
    SELECT account_id, route, count(*) AS objects, min(object_no) AS low, max(object_no) AS high, min(first_use) AS first_use
    FROM taken
    GROUP BY account_id, route
    HAVING count(*) >= 100
    QUALIFY row_number() OVER (PARTITION BY route ORDER BY count(*) DESC, account_id) <= 100
),
stretches AS (
    SELECT a.account_id AS one, b.account_id AS other, a.route, greatest(a.low, b.low) AS low, least(a.high, b.high) AS high
    FROM takers AS a
    JOIN takers AS b ON b.route = a.route AND b.account_id > a.account_id
    WHERE least(a.high, b.high) - greatest(a.low, b.low) >= 0.5 * least(a.high - a.low, b.high - b.low)
),
inside AS (
    SELECT s.one, s.other, s.route, any_value(s.high - s.low + 1) AS ids, count(*) FILTER (t.account_id = s.one) AS ones,
        count(*) FILTER (t.account_id = s.other) AS others, count(*) - count(DISTINCT t.object_no) AS met
    FROM stretches AS s
    JOIN taken AS t ON t.route = s.route AND t.account_id IN (s.one, s.other) AND t.object_no BETWEEN s.low AND s.high
    GROUP BY s.one, s.other, s.route
),
divided AS (SELECT * FROM inside WHERE CAST(ones AS DOUBLE) * others / ids >= 20 AND met <= 0.1 * CAST(ones AS DOUBLE) * others / ids)
SELECT
    t.account_id, 'ids_divided' AS identifier_type, d.route || ' ' || d.one || ' and ' || d.other AS identifier_value, t.first_use[1] AS first_at,
    t.first_use[1] AS last_at, t.objects AS uses, t.first_use[2] AS evidence_id, t.first_use[3] AS line
FROM divided AS d
JOIN takers AS t ON t.route = d.route AND t.account_id IN (d.one, d.other);
