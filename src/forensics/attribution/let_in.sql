-- title: accounts that were let in from addresses which the login denied otherwise
-- why: where passwords are tried some fit. Whose they were is who has to be told first: a victim most likely, and no maker of the load. Who was seen
--      at the address before came there by himself; a name that was only tried is none that was let in
-- parameters: $route_id (the route that denied), $start, $end (of the incident with its rise), $least (denied requests of an address), $share (of
--             its answered requests there)
WITH tried AS (
    SELECT q.client_ip, count(*) FILTER (q.status IN (401, 403)) AS denied, count(*) FILTER (NOT is_failed(q.status)) AS answered
    FROM requests AS q
    JOIN route_masks AS m ON m.mask = path_mask(q.path)
    WHERE m.route_id = $route_id AND q.started_at >= $start AND q.started_at < $end AND q.client_ip IS NOT NULL
    GROUP BY q.client_ip
    HAVING denied >= $least AND denied >= $share * answered
),

seen AS (
    SELECT
        q.account_id, q.client_ip AS address, min(q.started_at) AS first_at, max(q.started_at) AS last_at,
        count(*) FILTER (q.started_at >= $start AND q.started_at < $end AND q.status < 400) AS uses,
        min((q.started_at, q.evidence_id, q.line)) AS first_use
    FROM requests AS q
    SEMI JOIN tried AS t ON t.client_ip = q.client_ip
    WHERE q.account_id IS NOT NULL AND q.started_at < $end AND (q.started_at < $start OR q.status < 400)
    GROUP BY q.account_id, q.client_ip
    HAVING first_at >= $start AND uses > 0
)

SELECT
    network_of(s.address) AS network, s.address, 'let in at' AS how, s.account_id,
    coalesce(o.actor_id, 'actor-' || left(sha256(s.account_id), 12)) AS actor_id, s.first_at, s.last_at, s.uses,
    s.first_use[2] AS evidence_id, s.first_use[3] AS line
FROM seen AS s
LEFT JOIN owners AS o ON o.account_id = s.account_id
ORDER BY s.first_at, s.account_id, s.address
