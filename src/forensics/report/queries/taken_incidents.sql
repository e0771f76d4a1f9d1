-- title: what those who took part in an incident were served together
-- why: over the whole time of the logs; what several of them fetched is one object, so this is less than the sum over accounts or actors
-- made by: collection/fetched, collection/taken_totals
-- parameters: $incident (NULL: all)
SELECT * FROM taken_incidents
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY incident_id, objects DESC NULLS LAST, object_kind
