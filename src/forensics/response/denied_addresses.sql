-- title: the addresses that one route denied nearly everything, in an incident, and who else comes from them
-- why: where passwords are tried nobody has an account to be banned: what can be blocked are the addresses that try, and some of them are people's.
--      The route is the one that denied most; who was served at an address before is a customer of his own there
-- parameters: $start, $end (of the incident with its rise), $least (denied requests of an address), $share (of its answered requests there)
WITH denied AS (
    SELECT m.route_id, count(*) AS requests
    FROM requests AS q
    JOIN route_masks AS m ON m.mask = path_mask(q.path)
    WHERE q.status IN (401, 403) AND q.started_at >= $start AND q.started_at < $end
    GROUP BY m.route_id
    ORDER BY requests DESC, m.route_id
    LIMIT 1
),

tried AS (
    SELECT q.client_ip, count(*) FILTER (q.status IN (401, 403)) AS denied, count(*) FILTER (NOT is_failed(q.status)) AS answered
    FROM requests AS q
    JOIN route_masks AS m ON m.mask = path_mask(q.path)
    SEMI JOIN denied AS d ON d.route_id = m.route_id
    WHERE q.started_at >= $start AND q.started_at < $end AND q.client_ip IS NOT NULL
    GROUP BY q.client_ip
    HAVING denied >= $least AND denied >= $share * answered
),

customers AS (
    SELECT t.client_ip, list(DISTINCT q.account_id) AS accounts
    FROM tried AS t
    JOIN requests AS q ON q.client_ip = t.client_ip
    WHERE q.account_id IS NOT NULL AND q.status < 400 AND q.started_at < $start
    GROUP BY t.client_ip
)

SELECT
    t.client_ip AS address, network_of(t.client_ip) AS network, t.denied AS requests, coalesce(list_sort(c.accounts), []) AS accounts,
    coalesce(len(c.accounts), 0) AS other_accounts, t.denied / (SELECT requests FROM denied) AS share
FROM tried AS t
LEFT JOIN customers AS c USING (client_ip)
ORDER BY t.denied DESC, t.client_ip
