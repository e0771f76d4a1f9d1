-- title: holes in the log of one host
-- why: minutes without a line are either an outage or missing evidence; the reader has to see them either way.
--      A hole counts when it is three times as long as the longest of an ordinary day: nightly quiet is none. A tier that is not
--      counted, as another logged the same requests, may be the one that fell silent: its log is looked at as well.
-- parameters: none
WITH uncounted AS (
    SELECT e.started_at, f.host, e.evidence_id, e.line
    FROM events AS e
    JOIN tiers AS t ON t.evidence_id = e.evidence_id AND NOT t.counted
    JOIN evidence_files AS f ON f.evidence_id = e.evidence_id
),
minutes AS (
    SELECT host, minute, CAST(sum(requests) AS BIGINT) AS requests
    FROM (
        SELECT host, minute, requests FROM service_minutes
        UNION ALL
        SELECT host, date_trunc('minute', started_at), count(*) FROM uncounted GROUP BY ALL
    )
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
),
holes AS (
    SELECT
        s.host, s.minute, s.next_minute, date_diff('minute', s.minute, s.next_minute) - 1 AS minutes,
        u.requests * (date_diff('minute', s.minute, s.next_minute) - 1) AS missing
    FROM spaced AS s
    JOIN usual AS u USING (host)
    WHERE
        date_diff('minute', s.minute, s.next_minute) > greatest(10, 3 * u.longest)
        AND u.requests * (date_diff('minute', s.minute, s.next_minute) - 1) >= 30
),
last_lines AS (                                                             -- the line before each hole
    SELECT
        h.host, h.minute, arg_max(q.evidence_id, (q.started_at, q.evidence_id, q.line)) AS evidence_id,
        arg_max(q.line, (q.started_at, q.evidence_id, q.line)) AS line
    FROM (
        SELECT r.started_at, f.host, r.evidence_id, r.line FROM requests AS r JOIN evidence_files AS f USING (evidence_id)
        UNION ALL
        SELECT started_at, host, evidence_id, line FROM uncounted
    ) AS q
    JOIN holes AS h ON q.host = h.host AND date_trunc('minute', q.started_at) = h.minute
    GROUP BY h.host, h.minute
)
SELECT
    NULL AS incident_id, h.minute + INTERVAL 1 MINUTE AS occurred_at, 'no log lines' AS event_type,
    format(
        'No line from {} for {}, until {} UTC; about {:,.0f} requests were to be expected.',
        h.host, lasting(to_minutes(h.minutes)), strftime(h.next_minute, '%Y-%m-%d %H:%M'), h.missing
    ) AS message,
    TRUE AS observed, NULL AS actor_id, NULL AS account_id, l.evidence_id, l.line,
    CAST(0 AS BIGINT) AS rows, NULL AS likelihood
FROM holes AS h
LEFT JOIN last_lines AS l ON l.host = h.host AND l.minute = h.minute
