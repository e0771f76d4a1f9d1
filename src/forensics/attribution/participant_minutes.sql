-- title: load per minute of chosen accounts, with their devices
-- why: whether they worked as one
-- parameters: $accounts, $start, $end
SELECT account_id, minute, agent_id, network, CAST(sum(requests) AS BIGINT) AS requests
FROM subject_minutes
WHERE account_id IN (SELECT unnest($accounts)) AND minute >= $start AND minute < $end
GROUP BY ALL
ORDER BY ALL
