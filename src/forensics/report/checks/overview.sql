-- title: the lines of the logs, again from the events
-- why: events and events_again have to be equal
-- parameters: none
SELECT v.path, v.events, count(e.line) AS events_again
FROM evidence AS v
LEFT JOIN events AS e ON e.evidence_id = v.evidence_id
WHERE v.kind = 'log'
GROUP BY ALL
ORDER BY v.path
