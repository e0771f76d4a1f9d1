-- title: what a network asked for without an account during an incident, and what everybody without one asks for at other times, by route
-- why: where no agents are logged, a class behind one address is told from a program by what is asked for. Of one network no more than
--      $most requests for a route count as usual: a monitor's are no people's
-- parameters: $beginning (of the network's parts as in subject_minutes), $start, $end of the incident, $most
WITH used AS (
    SELECT route_id, network, minute >= $start AND minute < $end AS inside, sum(requests) AS requests
    FROM subject_minutes
    WHERE account_id IS NULL AND route_id IS NOT NULL AND network IS NOT NULL
    GROUP BY ALL
)

SELECT
    route_id, CAST(coalesce(sum(requests) FILTER (inside AND starts_with(network, $beginning)), 0) AS DOUBLE) AS own,
    CAST(coalesce(sum(least(requests, $most)) FILTER (NOT inside), 0) AS DOUBLE) AS usual
FROM used
GROUP BY route_id
ORDER BY route_id
