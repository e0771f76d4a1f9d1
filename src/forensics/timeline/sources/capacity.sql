-- title: the first minute above the estimated capacity
-- why: the threshold that the load crossed; the capacity is an estimate from the last healthy load, so this is an inference. It is told of
--      incidents that did harm and are attributed: in others the service bore the load, or the load does not explain the harm
-- parameters: none
SELECT
    m.incident_id, min(m.minute) AS occurred_at, 'threshold crossed' AS event_type,
    format(
        'Load passes the estimated capacity: {:,} requests in this minute, about {:,.0f} are sustainable.',
        arg_min(m.requests, m.minute), arg_min(m.capacity_requests, m.minute)
    ) AS message,
    FALSE AS observed, NULL AS actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line,
    CAST(arg_min(m.requests, m.minute) AS BIGINT) AS rows, NULL AS likelihood
FROM incident_minutes AS m
JOIN incidents AS i ON i.incident_id = m.incident_id
WHERE
    m.requests > m.capacity_requests AND i.scope = 'everything' AND i.kind NOT IN ('collection', 'surge')
    AND i.verdict IN ('attributed', 'several actors') AND m.minute >= coalesce(i.ramp_started_at, i.started_at) - INTERVAL 1 MINUTE
GROUP BY m.incident_id
