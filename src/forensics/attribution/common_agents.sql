-- title: agents that are used from several networks outside an incident
-- why: what people come with is known from everybody, with an account or without
-- parameters: $start, $end of the incident, $least (networks)
SELECT agent_id
FROM subject_minutes
WHERE agent_id IS NOT NULL AND NOT (minute >= $start AND minute < $end)
GROUP BY agent_id
HAVING count(DISTINCT network) >= $least
ORDER BY agent_id
