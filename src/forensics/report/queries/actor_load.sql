-- title: load per minute of each attributed actor
-- why: the stack in the picture; actor_id NULL is everybody else
-- parameters: $incident (NULL: all)
SELECT incident_id, minute, actor_id, CAST(sum(requests) AS BIGINT) AS requests
FROM actor_minutes
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
GROUP BY incident_id, minute, actor_id
ORDER BY incident_id, minute, actor_id NULLS FIRST
