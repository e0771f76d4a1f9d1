-- title: rival explanations
-- why: what else could explain the incident, with the evidence for and against
-- parameters: $incident (NULL: all)
SELECT * FROM rivals
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY incident_id, likelihood DESC, explanation
