-- title: evidence
-- why: every file, its hash, how it was read, and what became of each of its lines
-- parameters: none
SELECT * EXCLUDE (loaded_at) FROM evidence
ORDER BY path, evidence_id
