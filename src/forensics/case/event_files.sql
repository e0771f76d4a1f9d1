-- title: the evidence files that have events in the store, and whether rates count them
-- why: the event views name each Parquet file, so that a file left by a load that died is never read
-- parameters: none
SELECT f.sha256, coalesce(t.counted, TRUE) AS counted
FROM evidence_files AS f
LEFT JOIN tiers AS t USING (evidence_id)
WHERE f.kind = 'log' AND f.parsed > 0
ORDER BY f.sha256
