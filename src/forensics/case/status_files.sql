-- title: the evidence, file by file
-- why: how each file was read, how sure that is, and what became of each of its lines
-- parameters: none
SELECT
    e.evidence_id, e.path, e.kind, e.format, e.format_share, e.host, e.tier, e.counted, e.time_zone, e.time_zone_source, e.lines, e.events,
    e.rejected, r.reasons AS rejected_because, e.skipped, f.skipped_because[1:5] AS skipped_because, e.duplicates,
    e.first_at, e.last_at, e.backward_steps, coalesce(g.holes, 0) AS holes
FROM evidence AS e
JOIN evidence_files AS f ON e.evidence_id = f.evidence_id
LEFT JOIN (
    SELECT evidence_id, list(reason || ' (' || lines || ')' ORDER BY lines DESC, reason)[1:3] AS reasons
    FROM (SELECT evidence_id, reason, count(*) AS lines FROM rejects GROUP BY evidence_id, reason)
    GROUP BY evidence_id
) AS r ON e.evidence_id = r.evidence_id
LEFT JOIN (SELECT evidence_id, count(*) AS holes FROM status_holes GROUP BY evidence_id) AS g ON e.evidence_id = g.evidence_id
ORDER BY e.kind, e.path, e.evidence_id
