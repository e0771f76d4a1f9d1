-- title: accounts that a measure would hit without any part in the incident
-- why: whoever decides has to know them by name, with what they use the service for
-- made by: response/ordinary_use
-- parameters: $incident (NULL: all)
SELECT r.incident_id, r.account_id, min(a.email) AS email, list(r.measure ORDER BY r.measure) AS measures, min(r.ordinary_use) AS ordinary_use
FROM response_accounts AS r
LEFT JOIN accounts AS a ON a.account_id = r.account_id
WHERE
    NOT r.involved AND r.account_id NOT IN (SELECT subject FROM known_subjects WHERE subject_type = 'account')
    AND (CAST($incident AS VARCHAR) IS NULL OR r.incident_id = $incident)
GROUP BY r.incident_id, r.account_id
ORDER BY r.incident_id, len(measures) DESC, r.account_id
