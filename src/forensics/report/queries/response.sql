-- title: response plan
-- why: what each measure would have prevented, and whom it would hit
-- made by: response/measure_loads, response/ordinary_use
-- parameters: $incident (NULL: all)
SELECT * FROM response
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY incident_id, load_covered DESC NULLS LAST, uninvolved_hit, measure, scope
