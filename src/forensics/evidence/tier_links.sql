-- title: how regularly two streams logged the same requests
-- why: run after tier_twins. The median is of microseconds, whole numbers: it does not depend on the order of rows.
-- parameters: none
WITH
eligible AS (
    SELECT s.stream, o.stream AS other, count(*) AS rare
    FROM tier_rare AS r
    JOIN tier_streams AS s ON r.stream = s.stream
    JOIN tier_streams AS o ON o.stream <> s.stream
    WHERE EXISTS (SELECT 1 FROM tier_files AS f WHERE f.stream = o.stream AND r.started_at BETWEEN f.first_at AND f.last_at)
    GROUP BY ALL
),
medians AS (
    SELECT stream, other, count(*) AS twins, quantile_disc(later_us, 0.5) AS later_us, quantile_disc(longer_ms, 0.5) AS longer_ms
    FROM tier_pairs
    GROUP BY stream, other
),
tight AS (
    SELECT p.stream, p.other, count(*) FILTER (WHERE abs(p.later_us - m.later_us) <= 2000000) AS near
    FROM tier_pairs AS p
    JOIN medians AS m ON p.stream = m.stream AND p.other = m.other
    GROUP BY ALL
)
SELECT e.stream, e.other, e.rare, m.twins, t.near, m.later_us / 1e6 AS later_seconds, m.longer_ms
FROM eligible AS e
JOIN medians AS m ON e.stream = m.stream AND e.other = m.other
JOIN tight AS t ON e.stream = t.stream AND e.other = t.other
ORDER BY e.stream, e.other
