-- title: opened in one burst
-- why: accounts opened one right after the other while hardly anybody else signs up; how close counts is taken from the sign-ups of the
--      two weeks around. Dates without a time of day, and imports at one instant, say nothing.
-- weigh: family=signup level=operator m=0.4 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH opened AS (
    SELECT account_id, created_at, evidence_id, line
    FROM accounts
    WHERE created_at IS NOT NULL AND created_at <> date_trunc('day', created_at)
),
around AS (
    SELECT
        *, count(*) OVER (ORDER BY created_at RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND INTERVAL 7 DAY FOLLOWING) AS fortnight,
        epoch(created_at - lag(created_at) OVER (ORDER BY created_at, account_id)) AS gap_seconds
    FROM opened
),
chained AS (
    SELECT
        *, sum(CASE WHEN gap_seconds <= least(1800, 0.1 * 14 * 86400 / greatest(fortnight, 1)) THEN 0 ELSE 1 END)
            OVER (ORDER BY created_at, account_id ROWS UNBOUNDED PRECEDING) AS chain
    FROM around
),
bursts AS (
    SELECT
        chain, count(*) AS members, min(created_at) AS begun, count(DISTINCT created_at) AS instants,
        max(fortnight) - count(*) AS others, epoch(max(created_at) - min(created_at)) + 60 AS seconds
    FROM chained
    GROUP BY chain
    HAVING count(*) > 2
),
surprising AS (
    SELECT *, greatest(others, 1) * seconds / (14 * 86400.0) AS expected FROM bursts WHERE instants > members / 2
)
SELECT
    c.account_id, 'sign_up_burst' AS identifier_type, strftime(s.begun, '%Y-%m-%d %H:%M:%S') AS identifier_value, c.created_at AS first_at,
    c.created_at AS last_at, 1 AS uses, c.evidence_id, c.line
FROM chained AS c
JOIN surprising AS s USING (chain)
WHERE s.members * log2(s.members / s.expected) - (s.members - s.expected) / ln(2) >= 12;
