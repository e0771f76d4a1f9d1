-- title: holes in the log of one host
-- why: minutes without a line are either an outage or missing evidence; the reader has to see them either way.
--      A hole counts when it is three times as long as the longest of an ordinary day: nightly quiet is none.
-- parameters: none
WITH minutes AS (
    SELECT host, minute, CAST(sum(requests) AS BIGINT) AS requests
    FROM service_minutes
    GROUP BY host, minute
),
spaced AS (
    SELECT *, lead(minute) OVER (PARTITION BY host ORDER BY minute) AS next_minute FROM minutes
),
daily AS (
    SELECT host, date_trunc('day', minute) AS day, max(date_diff('minute', minute, next_minute)) AS longest, sum(requests) AS requests
    FROM spaced
    GROUP BY host, day
),
usual AS (
    SELECT host, median(longest) AS longest, median(requests) / 1440 AS requests FROM daily GROUP BY host
)
SELECT
    NULL AS incident_id, minute + INTERVAL 1 MINUTE AS occurred_at, 'no log lines' AS event_type,
    format(
        'No line from {} for {:,} minutes, until {} UTC; about {:,.0f} requests were to be expected.',
        host, date_diff('minute', minute, next_minute) - 1, strftime(next_minute, '%Y-%m-%d %H:%M'),
        u.requests * (date_diff('minute', minute, next_minute) - 1)
    ) AS message,
    TRUE AS observed, NULL AS actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line,
    CAST(0 AS BIGINT) AS rows, NULL AS likelihood
FROM spaced
JOIN usual AS u USING (host)
WHERE date_diff('minute', minute, next_minute) > greatest(10, 3 * u.longest)
    AND u.requests * (date_diff('minute', minute, next_minute) - 1) >= 30
