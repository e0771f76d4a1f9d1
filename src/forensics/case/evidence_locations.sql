-- title: where each evidence file was read, and what its bytes were
-- why: verification, and reading the raw line behind a finding
-- parameters: none
SELECT evidence_id, path, location, sha256, size_bytes, kind, lines, events_sha256 FROM evidence_files ORDER BY path, sha256
