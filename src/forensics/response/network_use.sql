-- title: what came from networks at ordinary times, and was not refused
-- why: whoever a block of a network would hit besides those it is meant for; who is already sent away is not hit
-- parameters: $beginnings (of networks as in subject_minutes), $starts, $ends (of the incidents; equally long lists)
WITH masked AS (SELECT unnest($starts) AS starts, unnest($ends) AS ends),
beginnings AS (SELECT unnest(CAST($beginnings AS VARCHAR[])) AS beginning),
asked AS (
    SELECT s.account_id, s.network, s.minute, sum(s.requests) AS requests
    FROM subject_minutes AS s
    WHERE EXISTS (SELECT 1 FROM beginnings AS b WHERE starts_with(s.network, b.beginning))
    GROUP BY ALL
),
refused AS (
    SELECT account_id, network_of(client_ip) AS network, date_trunc('minute', started_at) AS minute, count(*) AS requests
    FROM requests
    WHERE is_refused(status) AND EXISTS (SELECT 1 FROM beginnings AS b WHERE starts_with(network_of(client_ip), b.beginning))
    GROUP BY ALL
),
used AS (
    SELECT
        a.account_id, a.minute, a.requests - coalesce(r.requests, 0) AS requests,
        a.requests > coalesce(r.requests, 0) AND NOT EXISTS (SELECT 1 FROM masked AS m WHERE a.minute >= m.starts AND a.minute < m.ends) AS ordinary
    FROM asked AS a
    LEFT JOIN refused AS r ON r.account_id IS NOT DISTINCT FROM a.account_id AND r.network = a.network AND r.minute = a.minute
)
SELECT
    coalesce(CAST(sum(requests) FILTER (ordinary) AS BIGINT), 0) AS requests, count(DISTINCT CAST(minute AS DATE)) FILTER (ordinary) AS days,
    coalesce(list_sort(list(DISTINCT account_id) FILTER (account_id IS NOT NULL)), []) AS accounts
FROM used
