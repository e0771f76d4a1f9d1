-- title: ordinary use of chosen accounts: requests on each day outside every incident
-- why: whoever a ban would hit without any part in the incident is named, with what they use the service for
-- parameters: $accounts, $starts, $ends (of the incidents; equally long lists)
WITH masked AS (SELECT unnest($starts) AS starts, unnest($ends) AS ends),
used AS (
    SELECT s.account_id, s.minute, s.route_id, s.requests
    FROM subject_minutes AS s
    WHERE s.account_id IN (SELECT unnest($accounts))
        AND NOT EXISTS (SELECT 1 FROM masked AS m WHERE s.minute >= m.starts AND s.minute < m.ends)
),
by_route AS (
    SELECT u.account_id, if(r.route = '(other)', 'paths too rare to be told apart', r.route) AS route, sum(u.requests) AS requests
    FROM used AS u
    LEFT JOIN routes AS r ON r.route_id = u.route_id
    GROUP BY u.account_id, r.route
)
SELECT
    u.account_id, CAST(sum(u.requests) AS BIGINT) AS requests, count(DISTINCT CAST(u.minute AS DATE)) AS days,
    (SELECT arg_max(b.route, (b.requests, b.route)) FROM by_route AS b WHERE b.account_id = u.account_id) AS main_route
FROM used AS u
GROUP BY u.account_id
ORDER BY u.account_id
