-- title: incidents of failing or refused answers that were one site's alone
-- why: many sites may be served by the same hosts. That the whole service failed would be wrong where one of them did, and the others did not;
--      and that hardly anybody was refused, where few ask for the site that refuses everybody
-- parameters: $refusing (ids of incidents whose answers were refused); reads `incidents` as filled by detection
WITH spans AS (
    SELECT
        incident_id, part, scope, started_at, coalesce(ended_at, TIMESTAMP '9999-12-31') AS ended_at,
        list_contains($refusing, incident_id) AS refusing
    FROM incidents
    WHERE kind = 'errors' AND part IN ('everything', 'host')
),

by_client AS (
    SELECT
        s.incident_id, lower(q.host) AS site, coalesce(q.account_id, q.client_ip) AS client, count(*) AS requests,
        count(*) FILTER (CASE WHEN s.refusing THEN is_refused(q.status) ELSE is_failed(q.status) END) AS failed
    FROM requests AS q
    JOIN evidence_files AS f USING (evidence_id)
    JOIN spans AS s ON q.started_at BETWEEN s.started_at AND s.ended_at
    WHERE q.host IS NOT NULL AND of_scope(s.part, s.scope, host_of(q.extra, f.host), NULL, NULL, NULL)
    GROUP BY ALL
),

by_site AS (
    SELECT
        incident_id, site, CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(failed) AS BIGINT) AS failed, max(failed) AS most_by_one,
        count(*) AS clients, count(*) FILTER (failed > 0) AS failed_clients
    FROM by_client
    GROUP BY incident_id, site
),

split AS (
    SELECT
        incident_id, arg_max(s, (failed, site)) AS worst, CAST(sum(failed) AS BIGINT) - max(failed) AS failed_elsewhere,
        CAST(sum(requests) AS BIGINT) - arg_max(requests, (failed, site)) AS requests_elsewhere
    FROM by_site AS s
    GROUP BY incident_id
)

SELECT
    incident_id, worst.site AS site, worst.failed AS failed_of_site, worst.requests AS requests_of_site, worst.most_by_one AS most_of_site_by_one,
    worst.clients AS clients_of_site, worst.failed_clients AS failed_clients_of_site, failed_elsewhere, requests_elsewhere
FROM split
WHERE requests_elsewhere >= 20 AND worst.failed > 0
    AND failed_elsewhere / requests_elsewhere <= 0.1 * worst.failed / worst.requests
ORDER BY incident_id
