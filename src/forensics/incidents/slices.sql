-- title: stretches of time with so many requests
-- why: what is counted minute by minute is counted stretch by stretch, so that memory does not grow with the log
-- parameters: $most requests of a stretch (a single minute may hold more)
WITH minutes AS (
    SELECT date_trunc('minute', started_at) AS minute, count(*) AS requests
    FROM requests
    WHERE started_at IS NOT NULL
    GROUP BY ALL
),
cut AS (
    SELECT minute, CAST(floor((sum(requests) OVER (ORDER BY minute) - requests) / $most) AS BIGINT) AS slice
    FROM minutes
)
SELECT min(minute) AS low, max(minute) + INTERVAL 1 MINUTE AS high
FROM cut
GROUP BY slice
ORDER BY slice
