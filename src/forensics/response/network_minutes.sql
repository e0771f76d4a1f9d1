-- title: load of each network without an account in each minute of a window; requests of accounts as client NULL
-- why: what a rate limit per network would have let through
-- parameters: $start, $end
SELECT minute, CASE WHEN account_id IS NULL THEN network END AS client, CAST(sum(requests) AS BIGINT) AS requests
FROM subject_minutes
WHERE minute >= $start AND minute < $end
GROUP BY ALL
ORDER BY ALL
