-- title: networks that ever asked more than so many requests a minute without an account, outside every incident
-- why: whom a rate limit per network would touch in ordinary use
-- parameters: $rate, $starts, $ends (of the incidents; equally long lists)
WITH masked AS (SELECT unnest($starts) AS starts, unnest($ends) AS ends)
SELECT DISTINCT network
FROM (
    SELECT network, minute
    FROM subject_minutes AS s
    WHERE account_id IS NULL AND network IS NOT NULL AND NOT EXISTS (SELECT 1 FROM masked AS m WHERE s.minute >= m.starts AND s.minute < m.ends)
    GROUP BY network, minute
    HAVING sum(requests) > $rate
)
ORDER BY network
