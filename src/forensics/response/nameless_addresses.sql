-- title: the addresses behind networks, or that came with agents, during an incident, of requests without an account, and whom else each serves
-- why: a block list names addresses, and must leave out those that people share
-- parameters: $incident (whose participants are no others), $beginnings (of networks as in subject_minutes), $agents (as logged), $start, $end, $least (requests; who asked less is somebody else there)
WITH beginnings AS (SELECT unnest(CAST($beginnings AS VARCHAR[])) AS beginning),
used AS (
    SELECT q.client_ip, count(*) AS requests
    FROM requests AS q
    WHERE q.account_id IS NULL AND q.client_ip IS NOT NULL AND q.started_at >= $start AND q.started_at < $end
        AND (
            list_contains($agents, q.user_agent)
            OR EXISTS (SELECT 1 FROM beginnings AS b WHERE starts_with(network_of(q.client_ip), b.beginning))
        )
    GROUP BY q.client_ip
    HAVING count(*) >= $least
)
SELECT u.client_ip AS address, u.requests, count(DISTINCT q.account_id) FILTER (p.account_id IS NULL) AS other_accounts
FROM used AS u
JOIN requests AS q ON q.client_ip = u.client_ip
LEFT JOIN participants AS p ON p.account_id = q.account_id AND p.incident_id = $incident AND p.role = 'participant'
GROUP BY u.client_ip, u.requests
ORDER BY u.client_ip
