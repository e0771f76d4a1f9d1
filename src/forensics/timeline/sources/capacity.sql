-- title: the minute from which load stayed above the estimated capacity
-- why: the threshold that the load crossed on its way to its height; single minutes above it hours before are none. That it was crossed is counted;
--      what the threshold is made of is said with it, by the rule of attribution/capacity.py. It is told of incidents that did harm and are
--      attributed: in others the service bore the load, or the load does not explain the harm
-- parameters: none
WITH near AS (
    SELECT m.incident_id, m.minute, m.requests, m.capacity_requests, arg_max(m.minute, m.requests) OVER (PARTITION BY m.incident_id) AS highest_at
    FROM incident_minutes AS m
    JOIN incidents AS i ON i.incident_id = m.incident_id
    WHERE
        i.scope = 'everything' AND i.kind NOT IN ('collection', 'surge') AND i.verdict IN ('attributed', 'several actors')
        AND m.minute >= coalesce(i.ramp_started_at, i.started_at) - INTERVAL 1 MINUTE AND m.minute < i.started_at + INTERVAL 10 MINUTES
),
below AS (
    SELECT incident_id, max(minute) AS minute FROM near WHERE requests <= capacity_requests AND minute < highest_at GROUP BY incident_id
)
SELECT
    n.incident_id, min(n.minute) AS occurred_at, 'threshold crossed' AS event_type,
    format(
        'Load passes about {:,.0f} requests a minute ({:,} in this one), the level to stay under: that of the third highest minute in which '
        || 'requests were still answered as usual or, where that is lower, of the first minutes in which they failed.',
        arg_min(n.capacity_requests, n.minute), arg_min(n.requests, n.minute)
    ) AS message,
    TRUE AS observed, NULL AS actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line,
    CAST(arg_min(n.requests, n.minute) AS BIGINT) AS rows, NULL AS likelihood
FROM near AS n
LEFT JOIN below AS b ON b.incident_id = n.incident_id
WHERE n.requests > n.capacity_requests AND (b.minute IS NULL OR n.minute > b.minute)
GROUP BY n.incident_id
