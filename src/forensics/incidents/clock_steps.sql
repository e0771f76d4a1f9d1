-- title: where the clock of a counted log was set back
-- why: minutes that a clock passed twice hold the requests of two; a hole of the same length before is no silence. Only logs in which the
--      load met few such steps are looked at: in others it is the writing that is out of order.
-- parameters: $most steps of a log

WITH logs AS (
    SELECT evidence_id, host FROM evidence WHERE kind = 'log' AND counted AND backward_steps BETWEEN 1 AND $most
),

steps AS (
    SELECT e.evidence_id, e.line, e.timestamp AS set_to, lag(e.timestamp) OVER (PARTITION BY e.evidence_id ORDER BY e.line) AS set_from
    FROM stored_events AS e
    SEMI JOIN logs AS l ON l.evidence_id = e.evidence_id
)

SELECT l.host, s.set_from, s.set_to
FROM steps AS s
JOIN logs AS l ON l.evidence_id = s.evidence_id
WHERE s.set_from - s.set_to > INTERVAL 60 SECOND
ORDER BY s.set_from, s.set_to, l.host
