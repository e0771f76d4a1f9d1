-- title: what each incident did to requests and accounts
-- why: whom it hurt, and whether it hurt anybody but one broken client
-- parameters: none; reads `incidents` as filled by detection, with scope and boundaries

WITH spans AS (
    SELECT
        incident_id, started_at, coalesce(ended_at, TIMESTAMP '9999-12-31') AS ended_at,
        scope, CASE WHEN scope = 'everything' THEN 'everything' ELSE part END AS part
    FROM incidents
),

inside AS (
    SELECT
        s.incident_id, q.account_id, coalesce(q.account_id, q.client_ip) AS subject, is_failed(q.status) AS failed,
        q.status, q.duration_ms, q.evidence_id, q.line
    FROM requests AS q
    JOIN spans AS s ON q.started_at BETWEEN s.started_at AND s.ended_at
    LEFT JOIN route_masks AS m ON m.mask = path_mask(q.path)
    LEFT JOIN routes AS r ON r.route_id = m.route_id
    WHERE CASE s.part
        WHEN 'host' THEN q.logged_by = s.scope
        WHEN 'backend' THEN q.extra['upstream'] = s.scope
        WHEN 'route' THEN r.route = s.scope
        ELSE TRUE
    END
),

paying AS (
    SELECT account_id FROM payments WHERE coalesce(lower(status), 'paid') IN ('paid', 'succeeded', 'success', 'complete', 'completed', 'captured')
    UNION
    SELECT account_id FROM accounts WHERE lower(plan) NOT IN ('free', 'trial', 'none', '')
),

by_subject AS (
    SELECT incident_id, subject, count(*) AS requests, count(*) FILTER (failed) AS failed
    FROM inside
    GROUP BY incident_id, subject
),

subjects AS (
    SELECT
        incident_id, count(*) FILTER (failed > 0) AS failing_subjects, max(failed) AS most_failed_by_one,
        arg_max(requests, (failed, subject)) AS requests_of_that_one
    FROM by_subject
    GROUP BY incident_id
)

SELECT
    i.incident_id, count(*) AS requests, count(*) FILTER (i.failed) AS failed_requests,
    count(DISTINCT i.account_id) FILTER (i.failed) AS affected_accounts,
    count(DISTINCT p.account_id) FILTER (i.failed) AS affected_paying_accounts,
    count(*) FILTER (i.failed AND i.account_id IS NOT NULL) AS failed_requests_of_accounts,
    count(i.account_id) AS requests_of_accounts, count(i.status) AS answered, count(i.duration_ms) AS timed,
    any_value(s.failing_subjects) AS failing_subjects, any_value(s.most_failed_by_one) AS most_failed_by_one,
    any_value(s.requests_of_that_one) AS requests_of_that_one
FROM inside AS i
JOIN subjects AS s ON s.incident_id = i.incident_id
LEFT JOIN paying AS p ON p.account_id = i.account_id
GROUP BY i.incident_id
ORDER BY i.incident_id
