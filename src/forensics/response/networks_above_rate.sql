-- title: networks that were ever answered more than so many requests a minute without an account, outside every incident
-- why: whom a rate limit per network would touch in ordinary use; what was refused anyway is no use that it could touch
-- parameters: $rate, $starts, $ends (of the incidents; equally long lists)
WITH masked AS (SELECT unnest($starts) AS starts, unnest($ends) AS ends),
busy AS (
    SELECT network, minute, sum(requests) AS requests
    FROM subject_minutes AS s
    WHERE account_id IS NULL AND network IS NOT NULL AND NOT EXISTS (SELECT 1 FROM masked AS m WHERE s.minute >= m.starts AND s.minute < m.ends)
    GROUP BY network, minute
    HAVING sum(requests) > $rate
),
refused AS (
    SELECT network_of(client_ip) AS network, date_trunc('minute', started_at) AS minute, count(*) AS requests
    FROM requests
    WHERE is_refused(status) AND account_id IS NULL AND date_trunc('minute', started_at) IN (SELECT minute FROM busy)
    GROUP BY ALL
)
SELECT DISTINCT b.network
FROM busy AS b
LEFT JOIN refused AS r ON r.network = b.network AND r.minute = b.minute
WHERE b.requests - coalesce(r.requests, 0) > $rate
ORDER BY b.network
