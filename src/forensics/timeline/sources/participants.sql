-- title: the first and the last request of those who took part
-- why: the first suspicious request opens the story; beyond 25 accounts of one actor only the actor's first and last are told
-- parameters: none
WITH part AS (
    SELECT
        p.*, n.label, count(*) OVER (PARTITION BY p.incident_id, p.actor_id) AS accounts,
        if(i.kind IN ('surge', 'collection') OR i.refused_requests IS NOT NULL, 'while it lasted', 'from its rise to the first impact') AS measured
    FROM participants AS p
    JOIN incidents AS i ON i.incident_id = p.incident_id
    LEFT JOIN actors AS n ON n.actor_id = p.actor_id
    WHERE p.role = 'participant'
)
SELECT
    incident_id, first_at AS occurred_at, 'account starts' AS event_type,
    CASE WHEN requests > 0
        THEN format('Account {} of {} makes its first request of the load, of {:,} {}.', account_id, coalesce(label, actor_id), requests, measured)
        ELSE format('Account {} of {} makes its first request within the incident, after the first impact.', account_id, coalesce(label, actor_id))
    END AS message,
    TRUE AS observed, actor_id, account_id, evidence_id, line, requests AS rows, NULL AS likelihood
FROM part
WHERE accounts <= 25 AND first_at IS NOT NULL
UNION ALL
SELECT
    incident_id, min(first_at), 'actor starts',
    format(
        'First request of {} in the load: {:,} account{} and {:,} request{} {}.',
        coalesce(any_value(label ORDER BY label), actor_id), count(*) FILTER (requests > 0), if(count(*) FILTER (requests > 0) = 1, '', 's'), CAST(sum(requests) AS BIGINT),
        if(sum(requests) = 1, '', 's'), any_value(measured)
    ),
    TRUE, actor_id, NULL, arg_min(evidence_id, (first_at, account_id)), arg_min(line, (first_at, account_id)), CAST(sum(requests) AS BIGINT), NULL
FROM part
WHERE first_at IS NOT NULL
GROUP BY incident_id, actor_id
UNION ALL
SELECT
    incident_id, max(last_at), 'actor stops', format('Last request of {} within the incident.', coalesce(any_value(label ORDER BY label), actor_id)),
    TRUE, actor_id, NULL, NULL, NULL, CAST(sum(requests) AS BIGINT), NULL
FROM part
WHERE last_at IS NOT NULL
GROUP BY incident_id, actor_id
