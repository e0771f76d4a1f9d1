-- title: attributions
-- why: whose load rose with the incident, and by how much
-- made by: attribution/loads
-- parameters: $incident (NULL: all)
SELECT * FROM attributions
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY incident_id, rank, subject_type, subject_id
