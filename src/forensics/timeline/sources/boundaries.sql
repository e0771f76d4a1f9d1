-- title: when each incident began to rise, began, peaked, was mitigated and ended
-- why: the frame of the story, with the numbers of the minute where they are known; each row gets its line in point_at_evidence.sql. What
--      was concluded is in attribution.sql: no row that was observed says it
-- parameters: none
WITH facts AS (
    SELECT
        i.*, coalesce(i.scope, 'everything') AS hit, peak.requests AS peak_requests, peak.latency_ms AS peak_ms,
        CASE WHEN i.kind = 'errors' AND i.refused_requests IS NULL THEN nullif(peak.failed, 0) END AS peak_failed,
        peak.expected_requests AS peak_expected,
        rise.requests AS rise_requests, rise.expected_requests AS rise_expected
    FROM incidents AS i
    LEFT JOIN incident_minutes AS peak ON peak.incident_id = i.incident_id AND peak.minute = date_trunc('minute', i.peaked_at)
    LEFT JOIN incident_minutes AS rise ON rise.incident_id = i.incident_id AND rise.minute = date_trunc('minute', i.ramp_started_at)
)
SELECT
    incident_id, started_at AS occurred_at, 'impact starts' AS event_type,
    coalesce(seen, summary, format('The incident begins ({}, {}).', kind, hit)) AS message, TRUE AS observed, NULL AS actor_id,
    NULL AS account_id, NULL AS evidence_id, NULL AS line, coalesce(failed_requests, 0) AS rows, NULL AS likelihood
FROM facts
UNION ALL
SELECT
    incident_id, peaked_at, 'peak',
    'The incident is at its worst' || CASE
        WHEN peak_failed IS NOT NULL
            THEN format(': {:,} of {:,} request{} fail in this minute.', peak_failed, peak_requests, if(peak_requests = 1, '', 's'))
        WHEN given_up_requests IS NOT NULL THEN ': in no other minute of it did as many give up waiting.'
        WHEN refused_requests IS NOT NULL THEN ': no other minute of it has as many refusals.'
        WHEN kind = 'latency' AND peak_ms IS NOT NULL
            THEN format(': {:,} request{} of this minute take {:,.0f} ms on average.', peak_requests, if(peak_requests = 1, '', 's'), peak_ms)
        WHEN kind IN ('collapse', 'silence') AND peak_requests IS NOT NULL AND peak_expected IS NOT NULL
            THEN format(': {:,} request{} in this minute, about {:,.0f} are usual.', peak_requests, if(peak_requests = 1, '', 's'), peak_expected)
        WHEN peak_requests IS NOT NULL THEN format(': {:,} request{} in this minute.', peak_requests, if(peak_requests = 1, '', 's'))
        ELSE '.'
    END,
    TRUE, NULL, NULL, NULL, NULL, coalesce(peak_failed, peak_requests), NULL
FROM facts
WHERE peaked_at IS NOT NULL
UNION ALL
SELECT
    incident_id, mitigated_at, 'mitigated',
    CASE
        WHEN kind IN ('surge', 'collection') THEN 'The load above the usual is over.'
        WHEN given_up_requests IS NOT NULL THEN 'Those who ask get their answers again.'
        WHEN refused_requests IS NOT NULL THEN 'Refusals are back to their usual share.'
        WHEN kind = 'errors' THEN 'The damage is contained: most requests succeed again.'
        WHEN kind = 'latency' THEN 'The worst is over: most requests are answered in their usual time again.'
        ELSE 'The worst is over: requests are logged again.'
    END,
    TRUE, NULL, NULL, NULL, NULL, NULL, NULL
FROM facts
WHERE mitigated_at IS NOT NULL
UNION ALL
SELECT
    incident_id, ended_at, 'recovered',
    if(kind IN ('surge', 'collection'), 'Load is back to its usual level.', 'Service is back to its usual level.'), TRUE, NULL, NULL, NULL, NULL, NULL, NULL
FROM facts
WHERE ended_at IS NOT NULL
UNION ALL
SELECT
    incident_id, ramp_started_at, 'ramp starts',
    'Load begins to rise above what is usual for the hour' || coalesce(
        format(': {:,} request{} in this minute, about {:,.0f} are usual.', rise_requests, if(rise_requests = 1, '', 's'), rise_expected), '.'
    ),
    TRUE, NULL, NULL, NULL, NULL, rise_requests, NULL
FROM facts
WHERE ramp_started_at IS NOT NULL AND ramp_started_at < started_at
