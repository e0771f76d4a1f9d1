-- title: load of chosen accounts in a long window (0) and in those that it is compared with (1, 2, ...), with the minutes they were active
-- why: accounts of a blamed actor that took over after the impact began (shifts) are seen only there
-- parameters: $accounts, $starts, $ends (equally long lists of minutes)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends, unnest(range(len($starts))) AS w
)
SELECT
    CAST(w.w AS INTEGER) AS w, s.account_id, s.agent_id, s.route_id, CAST(sum(s.requests) AS BIGINT) AS requests,
    count(DISTINCT s.minute) AS active_minutes
FROM subject_minutes AS s
JOIN windows AS w ON s.minute >= w.starts AND s.minute < w.ends
WHERE s.account_id IN (SELECT unnest($accounts))
GROUP BY ALL
ORDER BY ALL
