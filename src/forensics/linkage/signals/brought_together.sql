-- title: together in several bursts
-- why: of identifiers that were brought, and of which an account has many (links, posts): two accounts used the same rare values within
--      minutes of each other three times or more, far oftener than two as busy as they are would by chance. What very many use at once
--      (news, a launch) is left out.
-- weigh: family=behaviour level=operator m=0.5 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH windows AS (
    SELECT DISTINCT account_id, identifier_type, identifier_value, begun
    FROM brought_bursts
    JOIN brought_types USING (identifier_type)
    WHERE NOT one_each AND members <= 200
),
pairs AS (
    SELECT a.account_id AS one, b.account_id AS other, count(*) AS together
    FROM windows AS a
    JOIN windows AS b USING (identifier_type, identifier_value, begun)
    WHERE a.account_id < b.account_id
    GROUP BY ALL
    HAVING count(*) > 2
),
busy AS (SELECT account_id, count(*) AS windows FROM windows GROUP BY account_id),
sizes AS (SELECT count(*) AS members FROM windows GROUP BY identifier_type, identifier_value, begun),
-- Two accounts meet in a window the more easily the more are in it.
number AS (SELECT sum(members) * sum(members) / sum(members * members) AS windows FROM sizes),
telling AS (
    SELECT p.*, CAST(x.windows AS DOUBLE) * y.windows / n.windows AS expected
    FROM pairs AS p
    JOIN busy AS x ON x.account_id = p.one
    JOIN busy AS y ON y.account_id = p.other
    CROSS JOIN number AS n
),
kept AS (
    SELECT one, other, together
    FROM telling
    WHERE together > expected AND together * log2(together / expected) - (together - expected) / ln(2) >= 12
),
seen AS (
    SELECT account_id, min(first_at) AS first_at, max(first_at) AS last_at, min((first_at, evidence_id, line)) AS first_use
    FROM brought_bursts GROUP BY account_id
)
SELECT
    e.account_id, 'brought_together' AS identifier_type, k.one || ' and ' || k.other AS identifier_value, s.first_at, s.last_at,
    k.together AS uses, s.first_use[2] AS evidence_id, s.first_use[3] AS line
FROM kept AS k
CROSS JOIN LATERAL (SELECT unnest([k.one, k.other]) AS account_id) AS e
JOIN seen AS s ON s.account_id = e.account_id;
