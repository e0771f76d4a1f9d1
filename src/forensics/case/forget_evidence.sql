-- title: forget what was derived from evidence files
-- why: loading the same bytes with other options replaces the earlier result
-- parameters: $evidence_ids
DELETE FROM evidence_files WHERE evidence_id IN (SELECT unnest($evidence_ids));
DELETE FROM rejects WHERE evidence_id IN (SELECT unnest($evidence_ids));
DELETE FROM account_records WHERE evidence_id IN (SELECT unnest($evidence_ids));
DELETE FROM payment_records WHERE evidence_id IN (SELECT unnest($evidence_ids));
DELETE FROM identifier_records WHERE evidence_id IN (SELECT unnest($evidence_ids));
DELETE FROM notes WHERE evidence_id IN (SELECT unnest($evidence_ids));
