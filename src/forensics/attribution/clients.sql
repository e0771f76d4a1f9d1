-- title: clients without an account, an address with an agent each: of one network in a window (0), of everybody in some others
-- why: many people of one provider or one country are a crowd, though they share a network; how much each asked tells
-- parameters: $beginning (of the network's parts as in subject_minutes), $starts, $ends (equally long lists of minutes)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends, unnest(range(len($starts))) AS w
),

used AS (
    SELECT w.w, q.client_ip, q.user_agent, count(*) AS requests
    FROM requests AS q
    JOIN windows AS w ON q.started_at >= w.starts AND q.started_at < w.ends
    WHERE q.account_id IS NULL AND q.client_ip IS NOT NULL
    GROUP BY ALL
)

SELECT CAST(w AS INTEGER) AS w, count(*) AS clients, CAST(sum(requests) AS BIGINT) AS requests
FROM used
WHERE w > 0 OR starts_with(network_of(client_ip), $beginning)
GROUP BY w
ORDER BY w
