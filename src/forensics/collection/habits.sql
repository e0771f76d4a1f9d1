-- title: how each account, and each network without accounts, uses the service
-- why: what is rare among everybody is what speaks for a machine; from the rollup, for everybody
-- parameters: $fewest (requests below which nothing is said)
WITH asked AS (
    SELECT
        CASE WHEN account_id IS NULL THEN 'network' ELSE 'account' END AS subject_type, coalesce(account_id, network) AS subject_id,
        minute, network, route_id, requests
    FROM subject_minutes
    WHERE account_id IS NOT NULL OR network IS NOT NULL
),
minutes AS (
    SELECT subject_type, subject_id, minute, sum(requests) AS requests, count(DISTINCT network) AS networks
    FROM asked
    GROUP BY ALL
),
peaks AS (
    SELECT
        subject_type, subject_id, CAST(sum(requests) AS BIGINT) AS requests, CAST(max(requests) AS BIGINT) AS peak,
        arg_max(minute, (requests, minute)) AS peak_minute, arg_max(networks, (requests, minute)) AS networks
    FROM minutes
    GROUP BY ALL
    HAVING sum(requests) >= $fewest
),
days AS (
    SELECT subject_type, subject_id, max(hours) AS hours
    FROM (
        SELECT subject_type, subject_id, CAST(minute AS DATE) AS day, count(DISTINCT date_trunc('hour', minute)) AS hours
        FROM minutes
        GROUP BY ALL
    )
    GROUP BY ALL
),
routes AS (SELECT subject_type, subject_id, route_id, sum(requests) AS requests FROM asked GROUP BY ALL),
ranked AS (
    SELECT subject_type, subject_id, requests, row_number() OVER (PARTITION BY subject_type, subject_id ORDER BY requests DESC, route_id) AS place
    FROM routes
),
narrow AS (
    SELECT subject_type, subject_id, sum(requests) FILTER (place <= 2) / sum(requests) AS narrowness
    FROM ranked
    GROUP BY ALL
)
SELECT
    p.subject_type, p.subject_id, p.requests, p.peak, p.peak_minute, p.networks, d.hours, round(n.narrowness, 4) AS narrowness
FROM peaks AS p
JOIN days AS d ON d.subject_type = p.subject_type AND d.subject_id = p.subject_id
JOIN narrow AS n ON n.subject_type = p.subject_type AND n.subject_id = p.subject_id
ORDER BY p.subject_type, p.subject_id
