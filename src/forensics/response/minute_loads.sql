-- title: load of each account in each minute of a window; requests without account as account_id NULL
-- why: what a rate limit per account would have let through
-- parameters: $start, $end
SELECT minute, account_id, CAST(sum(requests) AS BIGINT) AS requests
FROM subject_minutes
WHERE minute >= $start AND minute < $end
GROUP BY minute, account_id
ORDER BY minute, account_id
