-- title: what ties one account to others, and what was left out
-- why: the lines of `forensics explain A`
-- parameters: $account
SELECT
    l.identifier_type, l.identifier_value, l.family, block_of(l.family, l.identifier_type, l.identifier_value) AS block, t.level,
    l.weight_bits AS bits, l.kept, l.why, v.path, l.line,
    (SELECT count(*) FROM links AS o WHERE o.identifier_type = l.identifier_type AND o.identifier_value = l.identifier_value) - 1 AS others
FROM links AS l
LEFT JOIN identifier_types AS t USING (identifier_type)
LEFT JOIN evidence AS v USING (evidence_id)
WHERE l.account_id = $account
ORDER BY l.kept DESC, l.weight_bits DESC NULLS LAST, l.identifier_type, l.identifier_value
