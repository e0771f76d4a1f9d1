-- title: keep what a signal found, one row per account and value
-- why: an account pays many times with one card; a link needs it once, with the first place where it is seen
-- parameters: $signal
INSERT INTO identifiers
SELECT
    account_id, identifier_type, identifier_value, $signal, min(first_at), max(last_at), CAST(sum(uses) AS BIGINT),
    min_by(evidence_id, (coalesce(first_at, TIMESTAMP 'infinity'), evidence_id, line)),
    min_by(line, (coalesce(first_at, TIMESTAMP 'infinity'), evidence_id, line))
FROM signal
WHERE identifier_value IS NOT NULL AND identifier_value <> '' AND account_id IS NOT NULL
GROUP BY account_id, identifier_type, identifier_value
ORDER BY account_id, identifier_type, identifier_value;
