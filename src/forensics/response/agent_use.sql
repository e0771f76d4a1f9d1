-- title: what came with agents at ordinary times
-- why: whoever a block of an agent would hit besides those it is meant for; many people have the same browser
-- parameters: $agents (as logged), $starts, $ends (of the incidents; equally long lists)
WITH masked AS (SELECT unnest($starts) AS starts, unnest($ends) AS ends),
asked AS (
    SELECT s.account_id, s.network, s.minute, s.requests
    FROM subject_minutes AS s
    JOIN agents AS g ON g.agent_id = s.agent_id
    WHERE list_contains($agents, g.user_agent)
),
used AS (
    SELECT *, NOT EXISTS (SELECT 1 FROM masked AS m WHERE a.minute >= m.starts AND a.minute < m.ends) AS ordinary
    FROM asked AS a
)
SELECT
    coalesce(CAST(sum(requests) FILTER (ordinary) AS BIGINT), 0) AS requests, count(DISTINCT CAST(minute AS DATE)) FILTER (ordinary) AS days,
    count(DISTINCT network) FILTER (ordinary) AS networks,
    coalesce(list_sort(list(DISTINCT account_id) FILTER (account_id IS NOT NULL)), []) AS accounts
FROM used
