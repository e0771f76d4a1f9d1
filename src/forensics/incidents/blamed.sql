-- title: what the load of one incident is attributed to, by the names that the report has for it
-- why: an actor's id says nothing to whoever reads it in a terminal
-- parameters: $incident
SELECT a.rank, coalesce(c.label || ' (' || a.subject_id || ')', a.called, a.subject_id) AS subject, a.excess_requests, a.load_share, a.likelihood
FROM attributions AS a
LEFT JOIN actors AS c ON a.subject_type = 'actor' AND a.subject_id = c.actor_id AND c.label <> a.subject_id
WHERE a.incident_id = $incident
ORDER BY a.rank
