-- title: which of some evidence files are in the case already
-- why: only then is there anything that an earlier load derived from them
-- parameters: $evidence_ids
SELECT evidence_id FROM evidence_files WHERE evidence_id IN (SELECT unnest($evidence_ids)) ORDER BY evidence_id
