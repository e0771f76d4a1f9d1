-- title: where the logs of each host begin and end
-- why: nothing outside this window was examined; a story has to say where it starts being blind
-- parameters: none
WITH logs AS (
    SELECT evidence_id, coalesce(host, path) AS host, first_at, last_at, events, lines
    FROM evidence
    WHERE kind = 'log' AND events > 0
),
hosts AS (
    SELECT
        host, min(first_at) AS first_at, max(last_at) AS last_at, count(*) AS files, CAST(sum(events) AS BIGINT) AS events,
        arg_min(evidence_id, (first_at, evidence_id)) AS first_file, arg_max(evidence_id, (last_at, evidence_id)) AS last_file
    FROM logs
    GROUP BY host
)
SELECT
    NULL AS incident_id, first_at AS occurred_at, 'logs begin' AS event_type,
    format('The logs of {} begin: {:,} request{} in {} file{} follow.', host, events, if(events = 1, '', 's'), files, if(files = 1, '', 's')) AS message, TRUE AS observed,
    NULL AS actor_id, NULL AS account_id, first_file AS evidence_id, NULL AS line, events AS rows, NULL AS likelihood
FROM hosts
UNION ALL
SELECT
    NULL, last_at, 'logs end', format('The logs of {} end. What came later is not in the evidence.', host), TRUE, NULL, NULL, last_file,
    NULL, events, NULL
FROM hosts
