-- title: phase changes
-- why: how the incident developed between its start and its end
-- parameters: none
SELECT
    incident_id, started_at AS occurred_at, 'phase: ' || phase AS event_type,
    format(
        'Phase "{}" begins and lasts {}.', phase,
        CASE
            WHEN ended_at IS NULL THEN 'beyond the end of the logs'
            WHEN ended_at - started_at < INTERVAL 1 MINUTE THEN format('{} s', date_diff('second', started_at, ended_at))
            WHEN ended_at - started_at < INTERVAL 2 HOUR THEN format('{} min', date_diff('minute', started_at, ended_at))
            ELSE format('{} h {} min', date_diff('minute', started_at, ended_at) // 60, date_diff('minute', started_at, ended_at) % 60)
        END
    ) AS message,
    TRUE AS observed, NULL AS actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line, NULL AS rows, NULL AS likelihood
FROM phases
