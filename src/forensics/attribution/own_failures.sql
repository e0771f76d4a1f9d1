-- title: failed requests of chosen accounts within an incident, how many of them met one, and how many failed requests name no account
-- why: those who made the load met its failures too: whom else it hurt is the rest. Counted as incidents/facts counts all of them
-- parameters: $incident_id, $accounts
WITH span AS (
    SELECT
        started_at, coalesce(ended_at, TIMESTAMP '9999-12-31') AS ended_at, scope,
        CASE WHEN scope = 'everything' THEN 'everything' ELSE part END AS part
    FROM incidents
    WHERE incident_id = $incident_id
),

failed AS (
    SELECT evidence_id, account_id, path, extra, started_at, user_agent
    FROM requests
    WHERE
        is_failed(status)
        AND started_at BETWEEN (SELECT started_at FROM span) AND (SELECT ended_at FROM span)
)

SELECT
    count(*) FILTER (q.account_id IN (SELECT unnest($accounts))) AS requests,
    count(DISTINCT q.account_id) FILTER (q.account_id IN (SELECT unnest($accounts))) AS accounts,
    count(*) FILTER (q.account_id IS NULL) AS unnamed
FROM failed AS q
CROSS JOIN span AS s
JOIN evidence_files AS f USING (evidence_id)
LEFT JOIN route_masks AS m ON m.mask = CASE WHEN s.part = 'route' THEN path_mask(q.path) END
LEFT JOIN routes AS r ON r.route_id = m.route_id
WHERE of_scope(s.part, s.scope, host_of(q.extra, f.host), q.extra['upstream'], r.route, q.user_agent)
