-- title: accounts that were ever answered more than so many requests a minute outside every incident
-- why: whom a rate limit would touch in ordinary use; what was refused anyway is no use that it could touch
-- parameters: $rate, $starts, $ends (of the incidents; equally long lists)
WITH masked AS (SELECT unnest($starts) AS starts, unnest($ends) AS ends),
busy AS (
    SELECT account_id, minute, sum(requests) AS requests
    FROM subject_minutes AS s
    WHERE account_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM masked AS m WHERE s.minute >= m.starts AND s.minute < m.ends)
    GROUP BY account_id, minute
    HAVING sum(requests) > $rate
),
refused AS (
    SELECT account_id, date_trunc('minute', started_at) AS minute, count(*) AS requests
    FROM requests
    WHERE is_refused(status) AND account_id IN (SELECT account_id FROM busy)
    GROUP BY ALL
)
SELECT DISTINCT b.account_id
FROM busy AS b
LEFT JOIN refused AS r ON r.account_id = b.account_id AND r.minute = b.minute
WHERE b.requests - coalesce(r.requests, 0) > $rate
ORDER BY b.account_id
