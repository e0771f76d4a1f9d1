-- title: beginning to work in the same minutes
-- why: two accounts begin a session in the same minute again and again, far oftener than by the hours and the minutes of the hour in which
--      each usually begins: so everybody's office hours, and two programs that run at every full hour, say nothing. Minutes in which more
--      than ten accounts begin are left out.
-- weigh: family=behaviour level=operator m=0.4 chance=1 owner=none
CREATE OR REPLACE TEMP TABLE regular_starts AS
SELECT account_no, minute, date_trunc('hour', minute) AS hour, date_part('minute', minute) AS of_hour
FROM session_starts
QUALIFY count(*) OVER (PARTITION BY account_no) >= 8;

-- A table of its own: the planner must know that these are few.
CREATE OR REPLACE TEMP TABLE beginning_together AS
WITH rare AS (SELECT account_no, minute FROM regular_starts QUALIFY count(*) OVER (PARTITION BY minute) BETWEEN 2 AND 10)
SELECT a.account_no AS one, b.account_no AS other, count(*) AS together, min(a.minute) AS minute
FROM rare AS a
JOIN rare AS b ON b.minute = a.minute AND b.account_no > a.account_no
GROUP BY ALL
HAVING count(*) >= 8;

CREATE OR REPLACE TEMP TABLE working_together AS
WITH habits AS (
    SELECT account_no, of_hour, count(*) / sum(count(*)) OVER (PARTITION BY account_no) AS share FROM regular_starts GROUP BY account_no, of_hour
),
alike AS (
    SELECT p.one, p.other, sum(x.share * y.share) AS chance
    FROM beginning_together AS p
    JOIN habits AS x ON x.account_no = p.one
    JOIN habits AS y ON y.account_no = p.other AND y.of_hour = x.of_hour
    GROUP BY ALL
),
hours AS (SELECT DISTINCT account_no, hour FROM regular_starts),
common AS (
    SELECT p.one, p.other, count(*) AS hours
    FROM beginning_together AS p
    JOIN hours AS x ON x.account_no = p.one
    JOIN hours AS y ON y.account_no = p.other AND y.hour = x.hour
    GROUP BY ALL
),
telling AS (
    SELECT p.*, c.hours * greatest(a.chance, 1 / 60) AS expected
    FROM beginning_together AS p
    JOIN alike AS a USING (one, other)
    JOIN common AS c USING (one, other)
)
SELECT t.one, t.other, t.together, t.minute, unnest([t.one, t.other]) AS account_no
FROM telling AS t
WHERE t.together > t.expected AND t.together * log2(t.together / t.expected) - (t.together - t.expected) / ln(2) >= 12;

CREATE OR REPLACE TEMP VIEW signal AS
WITH begun AS (
    SELECT w.account_no, w.minute, min((q.started_at, q.evidence_id, q.line)) AS first_use
    FROM requests AS q
    JOIN asking_accounts AS a USING (account_id)
    JOIN (SELECT DISTINCT account_no, minute FROM working_together) AS w
        ON w.account_no = a.account_no AND w.minute = date_trunc('minute', q.started_at)
    GROUP BY ALL
)
SELECT
    a.account_id, 'at_work_together' AS identifier_type, x.account_id || ' and ' || y.account_id AS identifier_value, w.minute AS first_at,
    w.minute AS last_at, w.together AS uses, b.first_use[2] AS evidence_id, b.first_use[3] AS line
FROM working_together AS w
JOIN begun AS b USING (account_no, minute)
JOIN asking_accounts AS a USING (account_no)
JOIN asking_accounts AS x ON x.account_no = w.one
JOIN asking_accounts AS y ON y.account_no = w.other;
