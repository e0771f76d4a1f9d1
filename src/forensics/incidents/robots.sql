-- title: what the networks of a surge's robots made in all of the log
-- why: a mirror, a link checker or a scan at night is many times the load of its hour, and its own business where it harms nobody. A proxy that
--      much of the log comes through is none of them
-- parameters: $clients (addresses)
WITH networks AS (SELECT DISTINCT network_of(unnest($clients)) AS network)

SELECT coalesce(sum(m.requests) FILTER (n.network IS NOT NULL), 0) AS theirs, sum(m.requests) AS requests
FROM subject_minutes AS m
LEFT JOIN networks AS n ON n.network = m.network
