-- title: incidents of failing answers that were one site's alone
-- why: many sites may be served by the same hosts. That the whole service failed would be wrong where one of them did, and the others did not
-- parameters: none; reads `incidents` as filled by detection
WITH spans AS (
    SELECT incident_id, started_at, coalesce(ended_at, TIMESTAMP '9999-12-31') AS ended_at
    FROM incidents
    WHERE kind = 'errors' AND scope = 'everything'
),

by_site AS (
    SELECT s.incident_id, lower(q.host) AS site, count(*) AS requests, count(*) FILTER (is_failed(q.status)) AS failed
    FROM requests AS q
    JOIN spans AS s ON q.started_at BETWEEN s.started_at AND s.ended_at
    WHERE q.host IS NOT NULL
    GROUP BY ALL
),

split AS (
    SELECT
        incident_id, arg_max(site, (failed, site)) AS site, max(failed) AS failed_of_site,
        arg_max(requests, (failed, site)) AS requests_of_site, CAST(sum(failed) AS BIGINT) - max(failed) AS failed_elsewhere,
        CAST(sum(requests) AS BIGINT) - arg_max(requests, (failed, site)) AS requests_elsewhere
    FROM by_site
    GROUP BY incident_id
)

SELECT incident_id, site, failed_of_site, requests_of_site, failed_elsewhere, requests_elsewhere
FROM split
WHERE requests_elsewhere >= 20 AND failed_of_site > 0
    AND failed_elsewhere / requests_elsewhere <= 0.1 * failed_of_site / requests_of_site
ORDER BY incident_id
