-- title: whether an evidence file is in the case already
-- why: only then is there anything that an earlier load derived from it
-- parameters: $evidence_id
SELECT evidence_id FROM evidence_files WHERE evidence_id = $evidence_id
