-- title: of refused requests, those of clients whom the service had served before the incident
-- why: a rule that shuts out one app, or one country, refuses fewer than half of all clients and is trouble all the same: those that are refused
--      are its own. Whoever guesses passwords or looks for doors has never been served, or is few. An hour before the incident is his beginning
--      as likely as theirs
-- parameters: $refusing (ids of incidents whose answers were refused); reads `incidents` as filled by detection
WITH spans AS (
    SELECT
        incident_id, started_at, coalesce(ended_at, TIMESTAMP '9999-12-31') AS ended_at, scope,
        CASE WHEN scope = 'everything' THEN 'everything' ELSE part END AS part
    FROM incidents
    WHERE list_contains($refusing, incident_id)
),

refused AS (
    SELECT s.incident_id, s.started_at, q.account_id, q.client_ip, count(*) AS requests
    FROM requests AS q
    JOIN evidence_files AS f USING (evidence_id)
    JOIN spans AS s ON q.started_at BETWEEN s.started_at AND s.ended_at
    LEFT JOIN route_masks AS m ON m.mask = CASE WHEN s.part = 'route' THEN path_mask(q.path) END
    LEFT JOIN routes AS r ON r.route_id = m.route_id
    WHERE is_refused(q.status) AND of_scope(s.part, s.scope, host_of(q.extra, f.host), q.extra['upstream'], r.route, q.user_agent)
    GROUP BY ALL
),

known AS (
    SELECT q.client_ip, min(q.started_at) AS since
    FROM requests AS q
    SEMI JOIN refused AS r ON r.client_ip = q.client_ip
    WHERE q.status < 400
    GROUP BY q.client_ip
)

SELECT
    r.incident_id, CAST(sum(r.requests) AS BIGINT) AS refused_of_regulars,
    count(DISTINCT coalesce(r.account_id, r.client_ip)) AS refused_regulars
FROM refused AS r
JOIN known AS k USING (client_ip)
WHERE k.since < r.started_at - INTERVAL 1 HOUR
GROUP BY r.incident_id
ORDER BY r.incident_id
