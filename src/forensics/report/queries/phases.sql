-- title: phases
-- why: the stages each incident went through
-- made by: incidents/seconds
-- parameters: $incident (NULL: all)
SELECT * FROM phases
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY incident_id, started_at, ended_at, phase
