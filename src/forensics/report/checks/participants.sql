-- title: the requests of each participant, again from the requests
-- why: in whole minutes from the start of the ramp to the start of the impact (of an incident without a ramp: the whole of it);
--      requests and requests_again have to be equal where the incident has a ramp
-- parameters: none
SELECT p.incident_id, p.account_id, p.requests, count(*) AS requests_again
FROM participants AS p
JOIN incidents AS i ON i.incident_id = p.incident_id AND i.ramp_started_at < i.started_at AND i.refused_requests IS NULL
JOIN requests AS q
    ON q.account_id = p.account_id AND q.started_at >= date_trunc('minute', i.ramp_started_at)
    AND q.started_at < date_trunc('minute', i.started_at + INTERVAL '59.999999 seconds')
WHERE p.role = 'participant'
GROUP BY ALL
ORDER BY p.incident_id, p.account_id
