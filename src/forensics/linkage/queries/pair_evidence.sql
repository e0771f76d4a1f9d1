-- title: what two accounts share, counted or not
-- why: the lines of `forensics explain A B`; an address counts only if both used it without a long gap between
-- parameters: $account, $other
SELECT
    a.identifier_type, a.identifier_value, a.family, block_of(a.family, a.identifier_type, a.identifier_value) AS block, t.level,
    CASE WHEN a.kept THEN b.weight_bits ELSE a.weight_bits END AS bits, a.kept AND b.kept AS kept,
    CASE WHEN a.kept THEN b.why ELSE a.why END AS why, va.path, a.line,
    vb.path AS other_path, b.line AS other_line,
    (SELECT count(*) FROM links AS o WHERE o.identifier_type = a.identifier_type AND o.identifier_value = a.identifier_value) - 2 AS others
FROM links AS a
JOIN links AS b ON b.identifier_type = a.identifier_type AND b.identifier_value = a.identifier_value
LEFT JOIN identifier_types AS t ON t.identifier_type = a.identifier_type
LEFT JOIN evidence AS va ON va.evidence_id = a.evidence_id
LEFT JOIN evidence AS vb ON vb.evidence_id = b.evidence_id
WHERE a.account_id = $account AND b.account_id = $other
ORDER BY kept DESC, bits DESC NULLS LAST, a.identifier_type, a.identifier_value
