-- title: requests of each host by hour
-- why: where the logs are blind: an hour without a cell has no line of that host
-- made by: incidents/minutes
-- parameters: none
SELECT host, date_trunc('hour', minute) AS hour, CAST(sum(requests) AS BIGINT) AS requests, count(DISTINCT minute) AS minutes
FROM service_minutes
WHERE host IS NOT NULL
GROUP BY host, hour
ORDER BY host, hour
