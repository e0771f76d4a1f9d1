-- title: the minutes that each log has lines for, and the holes between them
-- why: a hole is a time without lines inside a file, longer than five minutes and than ten times the longest of its usual pauses (99 of 100)
-- parameters: none
CREATE OR REPLACE TEMP TABLE status_minutes AS
SELECT e.evidence_id, f.host, date_trunc('minute', e.timestamp) AS minute, count(*) AS lines
FROM stored_events AS e
JOIN evidence_files AS f ON e.evidence_id = f.evidence_id
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE status_holes AS
WITH
pauses AS (
    SELECT
        evidence_id, host, lag(minute) OVER (PARTITION BY evidence_id ORDER BY minute) AS since, minute AS until,
        epoch(minute - lag(minute) OVER (PARTITION BY evidence_id ORDER BY minute)) AS seconds
    FROM status_minutes
),
usual AS (
    SELECT evidence_id, quantile_disc(seconds, 0.99) AS seconds FROM pauses WHERE seconds IS NOT NULL GROUP BY evidence_id
)
SELECT p.evidence_id, p.host, p.since, p.until, p.seconds
FROM pauses AS p
JOIN usual AS u ON p.evidence_id = u.evidence_id
WHERE p.seconds > greatest(300, 10 * u.seconds)
