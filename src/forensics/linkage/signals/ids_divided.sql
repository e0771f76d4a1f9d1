-- title: the ids divided between accounts
-- why: two accounts that each took hundreds of objects of one kind from the same stretch of ids, and hardly any of them both: by chance they
--      would have met often. Two who collect on their own meet. The hundred busiest accounts of a route are compared,
--      by a share of the ids (spread by their numbers, so that odd and even stay alike) that keeps the work within bounds.
-- weigh: family=behaviour level=operator m=0.3 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH takers AS MATERIALIZED (
    SELECT account_id, route, count(DISTINCT object_no) AS objects, min(object_no) AS low, max(object_no) AS high
    FROM object_steps
    GROUP BY account_id, route
    HAVING count(DISTINCT object_no) >= 100
    QUALIFY row_number() OVER (PARTITION BY route ORDER BY count(DISTINCT object_no) DESC, account_id) <= 100
),
stretches AS (
    SELECT a.account_id AS one, b.account_id AS other, a.route, greatest(a.low, b.low) AS low, least(a.high, b.high) AS high
    FROM takers AS a
    JOIN takers AS b ON b.route = a.route AND b.account_id > a.account_id
    WHERE least(a.high, b.high) - greatest(a.low, b.low) >= 0.5 * least(a.high - a.low, b.high - b.low)
),
shares AS (SELECT route, CAST(ceil(sum(objects) / 50000) AS BIGINT) AS one_in FROM takers GROUP BY route),
sampled AS MATERIALIZED (
    SELECT DISTINCT t.account_id, t.route, t.object_no, s.one_in
    FROM object_steps AS t
    JOIN takers AS k ON k.account_id = t.account_id AND k.route = t.route
    JOIN shares AS s ON s.route = t.route
    WHERE (t.object_no % 1000003) * 2654435761 % 4294967296 // 65536 % s.one_in = 0
),
sides AS (SELECT *, unnest([one, other]) AS account_id FROM stretches),
inside AS (
    SELECT s.one, s.other, s.route, any_value((s.high - s.low + 1) / t.one_in) AS ids, count(*) FILTER (t.account_id = s.one) AS ones,
        count(*) FILTER (t.account_id = s.other) AS others, count(*) - count(DISTINCT t.object_no) AS met
    FROM sides AS s
    JOIN sampled AS t ON t.route = s.route AND t.account_id = s.account_id AND t.object_no BETWEEN s.low AND s.high
    GROUP BY s.one, s.other, s.route
),
divided AS (SELECT * FROM inside WHERE CAST(ones AS DOUBLE) * others / ids >= 20 AND met <= 0.1 * CAST(ones AS DOUBLE) * others / ids),
first_uses AS (
    SELECT account_id, route, min((started_at, evidence_id, line)) AS first_use
    FROM object_steps
    SEMI JOIN (SELECT one AS account_id, route FROM divided UNION SELECT other, route FROM divided) USING (account_id, route)
    WHERE object_no IS NOT NULL
    GROUP BY account_id, route
)
SELECT
    t.account_id, 'ids_divided' AS identifier_type, d.route || ' ' || d.one || ' and ' || d.other AS identifier_value, f.first_use[1] AS first_at,
    f.first_use[1] AS last_at, t.objects AS uses, f.first_use[2] AS evidence_id, f.first_use[3] AS line
FROM divided AS d
JOIN takers AS t ON t.route = d.route AND t.account_id IN (d.one, d.other)
JOIN first_uses AS f ON f.route = t.route AND f.account_id = t.account_id;
