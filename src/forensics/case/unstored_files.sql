-- title: evidence without events
-- why: the same bytes may have been loaded as a log before; that Parquet file is no longer part of the case
-- parameters: none
SELECT sha256 FROM evidence_files WHERE events_sha256 IS NULL ORDER BY sha256
