-- title: when each incident began, peaked, was mitigated and ended
-- why: the frame of the story; the first failing request is its representative line
-- parameters: none
WITH failing AS (
    SELECT i.incident_id, arg_min({'evidence_id': r.evidence_id, 'line': r.line}, (r.started_at, r.evidence_id, r.line)) AS first
    FROM requests AS r
    JOIN incidents AS i
        ON r.started_at >= i.started_at AND r.started_at <= coalesce(i.ended_at, i.started_at + INTERVAL 1 DAY)
    WHERE r.status >= 500
    GROUP BY i.incident_id
),
facts AS (
    SELECT i.*, f.first.evidence_id AS evidence_id, f.first.line AS line
    FROM incidents AS i
    LEFT JOIN failing AS f USING (incident_id)
)
SELECT
    incident_id, started_at AS occurred_at, 'impact starts' AS event_type,
    coalesce(summary, format('The incident begins ({}, {}).', kind, scope)) AS message, TRUE AS observed, NULL AS actor_id,
    NULL AS account_id, evidence_id, line, coalesce(failed_requests, 0) AS rows, NULL AS likelihood
FROM facts
UNION ALL
SELECT incident_id, peaked_at, 'peak', 'The incident is at its worst.', TRUE, NULL, NULL, NULL, NULL, NULL, NULL
FROM facts
WHERE peaked_at IS NOT NULL
UNION ALL
SELECT incident_id, mitigated_at, 'mitigated', 'The damage is contained: most requests succeed again.', TRUE, NULL, NULL, NULL, NULL, NULL, NULL
FROM facts
WHERE mitigated_at IS NOT NULL
UNION ALL
SELECT incident_id, ended_at, 'recovered', 'Service is back to its usual level.', TRUE, NULL, NULL, NULL, NULL, NULL, NULL
FROM facts
WHERE ended_at IS NOT NULL
UNION ALL
SELECT
    incident_id, ramp_started_at, 'ramp starts', 'Load begins to rise above what is usual for the hour.', TRUE, NULL, NULL, NULL, NULL, NULL, NULL
FROM facts
WHERE ramp_started_at IS NOT NULL AND ramp_started_at < started_at
