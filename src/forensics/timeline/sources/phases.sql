-- title: phase changes
-- why: how the incident developed between its start and its end; one that comes back after a recovery is a relapse. An incident that
--      flickers (more than 20 phases) is told by the first of each phase, with how many there were, by those that last, and by every
--      relapse; table phases has every one, also the ordinary time before, and after: how long that lasts is where the picture ends
-- parameters: none
WITH spans AS (
    SELECT
        incident_id, phase, started_at, ended_at, count(*) OVER (PARTITION BY incident_id) AS phases,
        count(*) OVER (PARTITION BY incident_id, phase) AS times,
        row_number() OVER (PARTITION BY incident_id, phase ORDER BY started_at, ended_at) AS nth,
        lag(phase) OVER (PARTITION BY incident_id ORDER BY started_at, ended_at) AS before,
        coalesce(before = 'recovered' AND phase NOT IN ('recovered', 'normal'), FALSE) AS returns,
        lead(phase) OVER (PARTITION BY incident_id ORDER BY started_at, ended_at) AS after,
        (ended_at - started_at) * 50 >= max(ended_at) OVER (PARTITION BY incident_id) - min(started_at) OVER (PARTITION BY incident_id) AS lasts
    FROM phases
)
SELECT
    incident_id, started_at AS occurred_at, CASE WHEN returns THEN 'relapse' ELSE 'phase: ' || phase END AS event_type,
    format(
        '{} "{}" begins and lasts {}{}.', CASE WHEN returns THEN 'The incident returns: phase' ELSE 'Phase' END, phase,
        coalesce(lasting(ended_at - started_at), 'beyond the end of the logs'),
        CASE WHEN phases > 20 AND nth = 1 AND times > 1 THEN format('; it comes {:,} times in this incident', times) ELSE '' END
    ) AS message,
    TRUE AS observed, NULL AS actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line, NULL AS rows, NULL AS likelihood
FROM spans
WHERE
    phase <> 'normal' AND NOT (phase = 'recovered' AND after IS NULL)
    AND (phases <= 20 OR nth = 1 OR lasts OR ended_at IS NULL OR before = 'recovered')
