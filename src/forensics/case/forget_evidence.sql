-- title: forget what was derived from one evidence file
-- why: loading the same bytes with other options replaces the earlier result
-- parameters: $evidence_id
DELETE FROM evidence_files WHERE evidence_id = $evidence_id;
DELETE FROM rejects WHERE evidence_id = $evidence_id;
DELETE FROM account_records WHERE evidence_id = $evidence_id;
DELETE FROM payment_records WHERE evidence_id = $evidence_id;
DELETE FROM identifier_records WHERE evidence_id = $evidence_id;
DELETE FROM notes WHERE evidence_id = $evidence_id;
