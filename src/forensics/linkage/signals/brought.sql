-- title: identifiers that the investigator brought
-- why: loaded with --kind identifiers; a type that the program knows under another name is given its own name. Of a type that it does not
--      know it assumes little: one value in common is never enough, several rare ones are.
-- weigh: family=brought level=operator m=0.5 chance=0.5 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
SELECT account_id, identifier_type, identifier_value, first_at, last_at, 1 AS uses, evidence_id, line FROM brought_rows
UNION ALL
SELECT
    a.account_id, r.identifier_type, r.identifier_value, min(r.first_at), max(r.last_at), count(*), min((r.evidence_id, r.line))[1],
    min((r.evidence_id, r.line))[2]
FROM brought_rows AS r
JOIN brought_accounts AS a USING (identifier_type, identifier_value)
GROUP BY a.account_id, r.identifier_type, r.identifier_value;
