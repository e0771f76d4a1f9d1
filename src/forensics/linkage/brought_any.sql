-- title: whether identifiers were brought
-- why: only then may one be there twice
-- parameters: none
SELECT count(*) > 0 AS brought FROM identifier_records
