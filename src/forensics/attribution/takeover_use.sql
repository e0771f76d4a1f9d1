-- title: where accounts were used from before an incident, and in it
-- why: an account that strangers got into has a life of its own elsewhere; what they do with it comes from a network and an agent new to it
-- parameters: $accounts, $before (since when strangers may have been in), $start, $end (of the incident)
SELECT
    account_id, network, agent_id,
    CAST(coalesce(sum(requests) FILTER (minute < $before), 0) AS BIGINT) AS earlier,
    list(DISTINCT CAST(minute AS DATE)) FILTER (minute < $before) AS days,
    CAST(coalesce(sum(requests) FILTER (minute >= $start AND minute < $end), 0) AS BIGINT) AS during,
    CAST(coalesce(sum(requests) FILTER (minute >= $before AND minute < $start), 0) AS BIGINT) AS between
FROM subject_minutes
WHERE account_id IN (SELECT unnest($accounts)) AND network IS NOT NULL AND minute < $end
GROUP BY account_id, network, agent_id
ORDER BY account_id, network, agent_id
