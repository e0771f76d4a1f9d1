-- title: holes in the log of one host
-- why: minutes without a line are either an outage or missing evidence; the reader has to see them either way.
--      A hole counts when it is three times as long as the longest of an ordinary day, and the same hours of other weeks (of other days,
--      in a log of one) bring requests: nightly quiet is none, nor are weekends. A tier that is not counted, as another logged the same
--      requests, may be the one that fell silent: its log is looked at as well.
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
long AS (
    SELECT s.host, s.minute, s.next_minute, date_diff('minute', s.minute, s.next_minute) - 1 AS minutes, u.requests
    FROM spaced AS s
    JOIN usual AS u USING (host)
    WHERE date_diff('minute', s.minute, s.next_minute) > greatest(10, 3 * u.longest)
),
shifts AS (
    SELECT 'weeks' AS apart, unnest([-28, -21, -14, -7, 7, 14, 21, 28]) AS days
    UNION ALL
    SELECT 'days', unnest([-3, -2, -1, 1, 2, 3])
),
ends AS (
    SELECT host, min(minute) AS first_minute, max(minute) AS last_minute FROM minutes GROUP BY host
),
spans AS (                                                                  -- the same hours of other weeks and days that the log covers
    SELECT
        l.host, l.minute, s.apart, l.minute + INTERVAL 1 MINUTE + to_days(CAST(s.days AS INTEGER)) AS low,
        l.next_minute + to_days(CAST(s.days AS INTEGER)) AS high
    FROM long AS l
    JOIN shifts AS s ON abs(s.days) * 1440 >= l.minutes
    JOIN ends AS e ON
        e.host IS NOT DISTINCT FROM l.host
        AND l.minute + to_days(CAST(s.days AS INTEGER)) >= e.first_minute
        AND l.next_minute + to_days(CAST(s.days AS INTEGER)) <= e.last_minute
),
running AS (
    SELECT host, minute, sum(requests) OVER (PARTITION BY host ORDER BY minute) AS so_far FROM minutes
),
compared AS (
    SELECT s.host, s.minute, s.apart, median(coalesce(b.so_far, 0) - coalesce(a.so_far, 0)) AS requests, count(*) AS spans
    FROM spans AS s
    ASOF LEFT JOIN running AS a ON a.host = s.host AND s.low > a.minute
    ASOF LEFT JOIN running AS b ON b.host = s.host AND s.high > b.minute
    GROUP BY ALL
),
holes AS (
    SELECT
        l.host, l.minute, l.next_minute, l.minutes, coalesce(w.requests, d.requests, l.requests * l.minutes) AS missing,
        CASE
            WHEN w.spans IS NOT NULL THEN 'came in the same hours of other weeks' WHEN d.spans IS NOT NULL THEN 'came in the same hours of other days'
            ELSE 'come in as long a time on average'
        END AS compared
    FROM long AS l
    LEFT JOIN compared AS w ON w.host = l.host AND w.minute = l.minute AND w.apart = 'weeks'
    LEFT JOIN compared AS d ON d.host = l.host AND d.minute = l.minute AND d.apart = 'days'
    WHERE coalesce(w.requests, d.requests, l.requests * l.minutes) >= 30
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
        'No line from {} for {}, until {} UTC; about {:,.0f} requests {}.',
        h.host, lasting(to_minutes(h.minutes)), strftime(h.next_minute, '%Y-%m-%d %H:%M'), h.missing, h.compared
    ) AS message,
    TRUE AS observed, NULL AS actor_id, NULL AS account_id, l.evidence_id, l.line,
    CAST(0 AS BIGINT) AS rows, NULL AS likelihood
FROM holes AS h
LEFT JOIN last_lines AS l ON l.host = h.host AND l.minute = h.minute
