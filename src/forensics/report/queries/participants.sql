-- title: participants, those ruled known, and the uninvolved
-- why: who took part in the load, whose part a person ruled known, and who is linked but took no part
-- made by: attribution/account_windows
-- parameters: $incident (NULL: all)
SELECT * FROM participants
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY incident_id, list_position(['participant', 'known', 'uninvolved'], role), requests DESC NULLS LAST, account_id, actor_id
