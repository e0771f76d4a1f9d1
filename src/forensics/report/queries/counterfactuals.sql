-- title: the minutes as they would have been without the actor
-- why: the second line of the picture; NULL where the estimate was refused
-- parameters: $incident (NULL: all)
SELECT * FROM counterfactuals
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY incident_id, actor_id, minute
