-- title: what came from networks at ordinary times
-- why: whoever a block of a network would hit besides those it is meant for
-- parameters: $beginnings (of networks as in subject_minutes), $starts, $ends (of the incidents; equally long lists)
WITH masked AS (SELECT unnest($starts) AS starts, unnest($ends) AS ends),
beginnings AS (SELECT unnest(CAST($beginnings AS VARCHAR[])) AS beginning),
used AS (
    SELECT s.account_id, s.minute, s.requests, EXISTS (SELECT 1 FROM masked AS m WHERE s.minute >= m.starts AND s.minute < m.ends) AS inside
    FROM subject_minutes AS s
    WHERE EXISTS (SELECT 1 FROM beginnings AS b WHERE starts_with(s.network, b.beginning))
)
SELECT
    coalesce(CAST(sum(requests) FILTER (NOT inside) AS BIGINT), 0) AS requests, count(DISTINCT CAST(minute AS DATE)) FILTER (NOT inside) AS days,
    coalesce(list_sort(list(DISTINCT account_id) FILTER (account_id IS NOT NULL)), []) AS accounts
FROM used
