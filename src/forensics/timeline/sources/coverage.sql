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
),
ends AS (                                                                   -- the lines themselves
    SELECT
        h.host, arg_min(e.line, (e.started_at, e.line)) FILTER (e.evidence_id = h.first_file) AS first_line,
        arg_max(e.line, (e.started_at, e.line)) FILTER (e.evidence_id = h.last_file) AS last_line
    FROM stored_events AS e
    JOIN hosts AS h ON e.evidence_id IN (h.first_file, h.last_file)
    GROUP BY h.host
)
SELECT
    NULL AS incident_id, first_at AS occurred_at, 'logs begin' AS event_type,
    format('The logs of {} begin: {:,} request{} in {} file{} follow.', host, events, if(events = 1, '', 's'), files, if(files = 1, '', 's')) AS message, TRUE AS observed,
    NULL AS actor_id, NULL AS account_id, first_file AS evidence_id, first_line AS line, events AS rows, NULL AS likelihood
FROM hosts
LEFT JOIN ends USING (host)
UNION ALL
SELECT
    NULL, last_at, 'logs end', format('The logs of {} end. What came later is not in the evidence.', host), TRUE, NULL, NULL, last_file,
    last_line, events, NULL
FROM hosts
LEFT JOIN ends USING (host)
