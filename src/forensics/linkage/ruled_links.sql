-- title: links that a person confirmed
-- why: an account and an identifier: with everybody else who has it
-- parameters: none
SELECT v.value_no, min(r.why) AS why
FROM ruled_identifiers AS r
JOIN shared_values AS v USING (identifier_type, identifier_value)
WHERE r.verdict = 'confirm'
GROUP BY v.value_no
ORDER BY v.value_no
