-- title: on how many other days some accounts asked as much within as many minutes, at any hour, while nothing was wrong
-- why: who often works in bursts is not named because one of them met a failure: the hours compared with may have none
-- parameters: $accounts, $minutes, $least (requests), $start and $end of what is compared with (its days are no others),
--             $starts and $ends of what was wrong (half-open)
WITH own AS (
    SELECT minute, sum(requests) AS requests FROM subject_minutes WHERE account_id IN (SELECT unnest($accounts)) GROUP BY minute
),

calm AS (
    SELECT o.minute, o.requests
    FROM own AS o
    ANTI JOIN (SELECT unnest($starts) AS low, unnest($ends) AS high) AS i ON o.minute >= i.low AND o.minute < i.high
),

sums AS (
    SELECT minute, min(minute) OVER lately AS began, sum(requests) OVER lately AS requests
    FROM calm
    WINDOW lately AS (ORDER BY minute RANGE BETWEEN to_minutes(CAST($minutes AS INTEGER) - 1) PRECEDING AND CURRENT ROW)
),

much AS (
    SELECT minute, began, minute - to_minutes(CAST($minutes AS INTEGER)) <= lag(minute) OVER (ORDER BY minute) AS same_burst
    FROM sums
    WHERE requests >= $least
),

bursts AS (
    SELECT minute, max(if(same_burst, NULL, began)) OVER (ORDER BY minute) AS began FROM much
),

-- a burst over midnight is one, of the day that it began on; one that goes on for days is one on each of them
days AS (
    SELECT DISTINCT CAST(began + to_days(CAST(date_sub('day', began, minute) AS INTEGER)) AS DATE) AS day FROM bursts
)

SELECT count(*) AS days FROM days WHERE day NOT IN (CAST($start AS DATE), CAST($end AS DATE))
