-- title: how regularly two streams logged the same requests
-- why: run after tier_twins. The median is of microseconds, whole numbers: it does not depend on the order of rows. Of the four ways to
--      compare the times of a pair that one counts by which most twins are near, of several the first.
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
compared AS (SELECT stream, other, unnest(later_us) AS later_us, unnest(range(4)) AS way FROM tier_pairs),
medians AS (
    SELECT stream, other, way, count(*) AS twins, quantile_disc(later_us, 0.5) AS later_us
    FROM compared
    GROUP BY stream, other, way
),
tight AS (
    SELECT c.stream, c.other, c.way, m.twins, m.later_us, count(*) FILTER (WHERE abs(c.later_us - m.later_us) <= 2000000) AS near
    FROM compared AS c
    JOIN medians AS m ON c.stream = m.stream AND c.other = m.other AND c.way = m.way
    GROUP BY c.stream, c.other, c.way, m.twins, m.later_us
    QUALIFY row_number() OVER (PARTITION BY c.stream, c.other ORDER BY near DESC, c.way) = 1
),
longer AS (SELECT stream, other, quantile_disc(longer_ms, 0.5) AS longer_ms FROM tier_pairs GROUP BY stream, other)
SELECT e.stream, e.other, e.rare, t.twins, t.near, t.later_us / 1e6 AS later_seconds, l.longer_ms
FROM eligible AS e
JOIN tight AS t ON e.stream = t.stream AND e.other = t.other
JOIN longer AS l ON e.stream = l.stream AND e.other = l.other
ORDER BY e.stream, e.other
