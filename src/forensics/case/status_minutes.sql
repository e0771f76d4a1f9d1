-- title: the minutes that each log has lines for, and the holes between them
-- why: a hole is a time without lines between those of a host, longer than five minutes and than ten times the longest of its usual pauses
--      (99 of 100). Logs are rotated, and delivered by the hour: a file that is missing is a hole as much as one within a file. It is told
--      of the file before it.
-- parameters: none
CREATE OR REPLACE TEMP TABLE status_minutes AS
SELECT e.evidence_id, f.host, date_trunc('minute', e.timestamp) AS minute, count(*) AS lines
FROM stored_events AS e
JOIN evidence_files AS f ON e.evidence_id = f.evidence_id
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE status_holes AS
WITH
written AS (SELECT host, minute, max(evidence_id) AS evidence_id FROM status_minutes GROUP BY host, minute),
pauses AS (
    SELECT
        host, lag(evidence_id) OVER of_host AS evidence_id, lag(minute) OVER of_host AS since, minute AS until,
        epoch(minute - lag(minute) OVER of_host) AS seconds
    FROM written
    WINDOW of_host AS (PARTITION BY host ORDER BY minute)
),
usual AS (
    SELECT host, quantile_disc(seconds, 0.99) AS seconds FROM pauses WHERE seconds IS NOT NULL GROUP BY host
)
SELECT p.evidence_id, p.host, p.since, p.until, p.seconds
FROM pauses AS p
JOIN usual AS u ON p.host = u.host
WHERE p.seconds > greatest(300, 10 * u.seconds);
