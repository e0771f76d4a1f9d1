-- title: on how many other days some accounts asked as much within as many minutes, at any hour, without an incident
-- why: who often works in bursts is not named because one of them met a failure: the hours compared with may have none
-- parameters: $accounts, $minutes, $least (requests), $starts and $ends of incidents (half-open)
WITH own AS (
    SELECT minute, sum(requests) AS requests FROM subject_minutes WHERE account_id IN (SELECT unnest($accounts)) GROUP BY minute
),

calm AS (
    SELECT o.minute, o.requests
    FROM own AS o
    ANTI JOIN (SELECT unnest($starts) AS low, unnest($ends) AS high) AS i ON o.minute >= i.low AND o.minute < i.high
),

bursts AS (
    SELECT
        CAST(minute AS DATE) AS day,
        sum(requests) OVER (ORDER BY minute RANGE BETWEEN to_minutes(CAST($minutes AS INTEGER) - 1) PRECEDING AND CURRENT ROW) AS requests
    FROM calm
)

SELECT count(DISTINCT day) AS days FROM bursts WHERE requests >= $least
