-- title: the Parquet files that the case knows, with the hash of their bytes
-- why: recovery after a crash, and verification
-- parameters: none
SELECT sha256, events_sha256 FROM evidence_files WHERE events_sha256 IS NOT NULL ORDER BY sha256
