-- title: the evidence files that have events in the store
-- why: the event views name each Parquet file, so that a file left by a load that died is never read
-- parameters: none
SELECT sha256 FROM evidence_files WHERE kind = 'log' AND parsed > 0 ORDER BY sha256
