-- title: the counts of each incident, again from the requests
-- why: the columns ..._again have to be equal to those before them
-- parameters: none
SELECT
    i.incident_id, i.requests, count(*) AS requests_again, i.failed_requests, count(*) FILTER (q.status >= 500) AS failed_requests_again,
    i.affected_accounts, count(DISTINCT q.account_id) FILTER (q.status >= 500) AS affected_accounts_again,
    i.participants_failed,
    CASE WHEN any_value(i.participants_failed) IS NOT NULL THEN count(p.account_id) FILTER (q.status >= 500) END AS participants_failed_again,
    i.participants_affected,
    CASE WHEN any_value(i.participants_failed) IS NOT NULL THEN count(DISTINCT p.account_id) FILTER (q.status >= 500) END AS participants_affected_again,
    i.failed_unnamed,
    CASE WHEN any_value(i.participants_failed) IS NOT NULL THEN count(*) FILTER (q.status >= 500 AND q.account_id IS NULL) END AS failed_unnamed_again
FROM incidents AS i
JOIN requests AS q ON q.started_at BETWEEN i.started_at AND coalesce(i.ended_at, TIMESTAMP '9999-12-31')
JOIN evidence_files AS f ON f.evidence_id = q.evidence_id
LEFT JOIN participants AS p ON p.incident_id = i.incident_id AND p.account_id = q.account_id AND p.role = 'participant'
LEFT JOIN route_masks AS m ON m.mask = path_mask(q.path)
LEFT JOIN routes AS r ON r.route_id = m.route_id
WHERE CASE WHEN i.scope = 'everything' THEN TRUE ELSE i.scope IN (
    CASE i.part WHEN 'route' THEN r.route WHEN 'host' THEN host_of(q.extra, f.host) WHEN 'backend' THEN q.extra['upstream'] WHEN 'program' THEN program_of(q.user_agent) END
) END
GROUP BY ALL
ORDER BY i.incident_id
