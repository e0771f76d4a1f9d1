-- title: accounts that a measure would hit without any part in the incident
-- why: whoever decides has to know them by name, with what they use the service for
-- made by: response/ordinary_use
-- parameters: $incident (NULL: all)
SELECT incident_id, account_id, list(measure ORDER BY measure) AS measures, min(ordinary_use) AS ordinary_use
FROM response_accounts
WHERE
    NOT involved AND account_id NOT IN (SELECT subject FROM known_subjects WHERE subject_type = 'account')
    AND (CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident)
GROUP BY incident_id, account_id
ORDER BY incident_id, len(measures) DESC, account_id
