-- title: accounts that ever asked more than so many requests a minute outside every incident
-- why: whom a rate limit would touch in ordinary use
-- parameters: $rate, $starts, $ends (of the incidents; equally long lists)
WITH masked AS (SELECT unnest($starts) AS starts, unnest($ends) AS ends)
SELECT account_id
FROM subject_minutes AS s
WHERE account_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM masked AS m WHERE s.minute >= m.starts AND s.minute < m.ends)
GROUP BY account_id, minute
HAVING sum(requests) > $rate
ORDER BY account_id
