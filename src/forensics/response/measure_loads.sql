-- title: who asked how much during an incident, by account and network
-- why: what a ban of an account, an actor, a network or an organisation would have taken away, and from whom
-- parameters: $start, $end
SELECT account_id, network, CAST(sum(requests) AS BIGINT) AS requests
FROM subject_minutes
WHERE minute >= $start AND minute < $end
GROUP BY account_id, network
ORDER BY account_id, network
