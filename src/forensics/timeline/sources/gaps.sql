-- title: holes in the log of one host
-- why: minutes without a line are either an outage or missing evidence; the reader has to see them either way
-- parameters: none
WITH minutes AS (
    SELECT host, minute, CAST(sum(requests) AS BIGINT) AS requests
    FROM service_minutes
    GROUP BY host, minute
),
spaced AS (
    SELECT
        host, minute, lead(minute) OVER (PARTITION BY host ORDER BY minute) AS next_minute,
        median(requests) OVER (PARTITION BY host) AS usual
    FROM minutes
)
SELECT
    NULL AS incident_id, minute + INTERVAL 1 MINUTE AS occurred_at, 'no log lines' AS event_type,
    format(
        'No line from {} for {:,} minutes, until {} UTC (it usually logs {:,.0f} requests a minute).',
        host, date_diff('minute', minute, next_minute) - 1, strftime(next_minute, '%Y-%m-%d %H:%M'), usual
    ) AS message,
    TRUE AS observed, NULL AS actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line,
    CAST(0 AS BIGINT) AS rows, NULL AS likelihood
FROM spaced
WHERE date_diff('minute', minute, next_minute) > 10 AND usual >= 5
