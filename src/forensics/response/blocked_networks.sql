-- title: the networks that accounts asked from within a stretch of time, and who else ever used each
-- why: a ban of a network is a ban of everybody behind it: a block list names the network, never its other people or their homes
-- parameters: $accounts, $start, $end
WITH used AS (
    SELECT network, CAST(sum(requests) AS BIGINT) AS requests
    FROM subject_minutes
    WHERE account_id IN (SELECT unnest($accounts)) AND minute >= $start AND minute < $end AND network IS NOT NULL
    GROUP BY network
)
SELECT
    u.network, u.requests,
    count(DISTINCT s.account_id) FILTER (s.account_id NOT IN (SELECT unnest($accounts))) AS other_accounts
FROM used AS u
JOIN subject_minutes AS s ON s.network = u.network
GROUP BY u.network, u.requests
ORDER BY u.network
