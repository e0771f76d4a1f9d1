-- title: the addresses that accounts used during an incident, and whom else each serves
-- why: a block list must leave out addresses that other people share
-- parameters: $accounts, $start, $end
WITH used AS (
    SELECT client_ip, count(*) AS requests
    FROM requests
    WHERE account_id IN (SELECT unnest($accounts)) AND started_at >= $start AND started_at < $end AND client_ip IS NOT NULL
    GROUP BY client_ip
)
SELECT
    u.client_ip AS address, u.requests,
    count(DISTINCT q.account_id) FILTER (q.account_id NOT IN (SELECT unnest($accounts))) AS other_accounts
FROM used AS u
JOIN requests AS q ON q.client_ip = u.client_ip
GROUP BY u.client_ip, u.requests
ORDER BY u.client_ip
