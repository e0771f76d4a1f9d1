-- title: beginning to work in the same minutes
-- why: two accounts begin a session in the same minute again and again, far oftener than by the hours and the minutes of the hour in which
--      each usually begins: so everybody's office hours, and two programs that run at every full hour, say nothing. Minutes in which more
--      than ten accounts begin are left out.
-- weigh: family=behaviour level=operator m=0.4 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH regular AS (
    SELECT account_id, minute, date_trunc('hour', minute) AS hour, date_part('minute', minute) AS of_hour, evidence_id, line
    FROM session_starts
    QUALIFY count(*) OVER (PARTITION BY account_id) >= 8
),
rare AS (SELECT * FROM regular QUALIFY count(*) OVER (PARTITION BY minute) BETWEEN 2 AND 10),
pairs AS (
    SELECT a.account_id AS one, b.account_id AS other, count(*) AS together, min((a.minute, a.evidence_id, a.line)) AS one_use,
        min((b.minute, b.evidence_id, b.line)) AS other_use
    FROM rare AS a
    JOIN rare AS b ON b.minute = a.minute AND b.account_id > a.account_id
    GROUP BY ALL
    HAVING count(*) >= 8
),
habits AS (
    SELECT account_id, of_hour, count(*) / sum(count(*)) OVER (PARTITION BY account_id) AS share FROM regular GROUP BY account_id, of_hour
),
alike AS (
    SELECT p.one, p.other, sum(x.share * y.share) AS chance
    FROM pairs AS p
    JOIN habits AS x ON x.account_id = p.one
    JOIN habits AS y ON y.account_id = p.other AND y.of_hour = x.of_hour
    GROUP BY ALL
),
hours AS (SELECT DISTINCT account_id, hour FROM regular),
common AS (
    SELECT p.one, p.other, count(*) AS hours
    FROM pairs AS p
    JOIN hours AS x ON x.account_id = p.one
    JOIN hours AS y ON y.account_id = p.other AND y.hour = x.hour
    GROUP BY ALL
),
telling AS (
    SELECT p.*, c.hours * greatest(a.chance, 1 / 60) AS expected
    FROM pairs AS p
    JOIN alike AS a USING (one, other)
    JOIN common AS c USING (one, other)
)
SELECT
    m.account_id, 'at_work_together' AS identifier_type, t.one || ' and ' || t.other AS identifier_value, m.use[1] AS first_at, m.use[1] AS last_at,
    t.together AS uses, m.use[2] AS evidence_id, m.use[3] AS line
FROM telling AS t
CROSS JOIN LATERAL (SELECT t.one AS account_id, t.one_use AS use UNION ALL SELECT t.other, t.other_use) AS m
WHERE t.together > t.expected AND t.together * log2(t.together / t.expected) - (t.together - t.expected) / ln(2) >= 12;
