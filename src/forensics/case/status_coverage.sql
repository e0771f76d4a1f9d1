-- title: which hosts cover which hours
-- why: a rate over hours that only some hosts cover is not a rate of the service
-- parameters: none
WITH
hours AS (SELECT host, date_trunc('hour', minute) AS hour, sum(lines) AS lines FROM status_minutes GROUP BY ALL),
islands AS (
    SELECT *, epoch(hour) / 3600 - row_number() OVER (PARTITION BY host ORDER BY hour) AS island
    FROM hours
)
SELECT
    host, min(hour) AS since, max(hour) + INTERVAL 1 HOUR AS until, count(*) AS hours, CAST(sum(lines) AS BIGINT) AS lines
FROM islands
GROUP BY host, island
ORDER BY host, since
