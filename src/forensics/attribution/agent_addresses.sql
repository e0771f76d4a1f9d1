-- title: the addresses that came with agents during an incident, of requests without an account, and whom else each serves
-- why: a block list names addresses, and must leave out those that people share
-- parameters: $agents (as logged), $start, $end, $least (requests; who asked less is somebody else there)
WITH used AS (
    SELECT q.client_ip, count(*) AS requests
    FROM requests AS q
    WHERE q.account_id IS NULL AND q.client_ip IS NOT NULL AND q.started_at >= $start AND q.started_at < $end AND list_contains($agents, q.user_agent)
    GROUP BY q.client_ip
    HAVING count(*) >= $least
)
SELECT u.client_ip AS address, u.requests, count(DISTINCT q.account_id) AS other_accounts
FROM used AS u
JOIN requests AS q ON q.client_ip = u.client_ip
GROUP BY u.client_ip, u.requests
ORDER BY u.client_ip
