-- title: what operators noted shortly before an incident
-- why: a deploy before a failure is a rival explanation
-- parameters: $start, $end
SELECT occurred_at, message, event_type
FROM notes
WHERE occurred_at >= $start AND occurred_at < $end
ORDER BY occurred_at, message
