-- title: the first minute above the estimated capacity
-- why: the threshold that the load crossed. That it was crossed is counted; what the threshold is made of is said with it, by the rule of
--      attribution/capacity.py. It is told of incidents that did harm and are attributed: in others the service bore the load, or the load
--      does not explain the harm
-- parameters: none
SELECT
    m.incident_id, min(m.minute) AS occurred_at, 'threshold crossed' AS event_type,
    format(
        'Load passes about {:,.0f} requests a minute ({:,} in this one), the level to stay under: that of the third highest minute in which '
        || 'requests still succeeded or, where that is lower, of the first minutes in which they failed.',
        arg_min(m.capacity_requests, m.minute), arg_min(m.requests, m.minute)
    ) AS message,
    TRUE AS observed, NULL AS actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line,
    CAST(arg_min(m.requests, m.minute) AS BIGINT) AS rows, NULL AS likelihood
FROM incident_minutes AS m
JOIN incidents AS i ON i.incident_id = m.incident_id
WHERE
    m.requests > m.capacity_requests AND i.scope = 'everything' AND i.kind NOT IN ('collection', 'surge')
    AND i.verdict IN ('attributed', 'several actors') AND m.minute >= coalesce(i.ramp_started_at, i.started_at) - INTERVAL 1 MINUTE
GROUP BY m.incident_id
