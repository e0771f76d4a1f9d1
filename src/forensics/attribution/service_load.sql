-- title: what the service did, minute by minute, around an incident or in windows of comparison
-- why: load, errors and latency against each other
-- parameters: $starts, $ends (equally long lists of minutes)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends, unnest(range(len($starts))) AS w
)
SELECT
    CAST(w.w AS INTEGER) AS w, s.minute, CAST(sum(s.requests) AS BIGINT) AS requests, CAST(sum(s.failed) AS BIGINT) AS failed,
    CAST(sum(s.blocked) AS BIGINT) AS blocked, CAST(sum(s.timed) AS BIGINT) AS timed, round(sum(s.duration_ms_sum), 0) AS duration_ms
FROM service_minutes AS s
JOIN windows AS w ON s.minute >= w.starts AND s.minute < w.ends
GROUP BY ALL
ORDER BY ALL
