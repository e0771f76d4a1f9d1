-- title: identifiers that the investigator brought
-- why: loaded with --kind identifiers; a type that the program knows under another name is given its own name
-- weigh: family=other level=operator m=0.7 chance=0.3 owner=3
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    a.account_id, r.identifier_type, r.identifier_value, r.first_at, coalesce(r.last_at, r.first_at) AS last_at, 1 AS uses,
    r.evidence_id, r.line
FROM identifier_records AS r
JOIN account_aliases AS a ON a.source = 'identifiers' AND a.key = r.account_key
WHERE r.identifier_value IS NOT NULL;
