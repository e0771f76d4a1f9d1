-- title: how many requests chosen accounts made in a window, and in how many minutes
-- why: pace tells a machine that works from a person who tries again
-- parameters: $accounts, $start, $end
SELECT account_id, CAST(sum(requests) AS BIGINT) AS requests, count(DISTINCT minute) AS active_minutes
FROM subject_minutes
WHERE account_id IN (SELECT unnest($accounts)) AND minute >= $start AND minute < $end
GROUP BY account_id
ORDER BY account_id
