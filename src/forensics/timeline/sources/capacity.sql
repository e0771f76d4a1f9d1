-- title: the first minute above the estimated capacity
-- why: the threshold that the load crossed; the capacity is an estimate from the last healthy load, so this is an inference
-- parameters: none
SELECT
    incident_id, min(minute) AS occurred_at, 'threshold crossed' AS event_type,
    format(
        'Load passes the estimated capacity: {:,} requests in this minute, about {:,.0f} are sustainable.',
        arg_min(requests, minute), arg_min(capacity_requests, minute)
    ) AS message,
    FALSE AS observed, NULL AS actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line,
    CAST(arg_min(requests, minute) AS BIGINT) AS rows, NULL AS likelihood
FROM incident_minutes
WHERE requests > capacity_requests
GROUP BY incident_id
