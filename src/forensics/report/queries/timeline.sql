-- title: timeline
-- why: the ordered story; each row names evidence
-- parameters: $incident (NULL: all)
SELECT * FROM timeline
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id IS NULL OR incident_id = $incident
ORDER BY occurred_at, incident_id NULLS FIRST, event_type, message, actor_id, account_id, evidence_id, line
