-- title: holes in the coverage of each log
-- why: silence of a log is either an outage or missing evidence, and somebody must know which
-- parameters: none
SELECT h.host, f.path, h.since, h.until, CAST(h.seconds / 60 AS BIGINT) AS minutes
FROM status_holes AS h
JOIN evidence_files AS f ON h.evidence_id = f.evidence_id
ORDER BY h.host, h.since, f.path
