-- title: types of identifiers that no signal knows
-- why: each is weighed like the signal `brought`, as a family of its own; `many`: an account has many of them
-- parameters: none
SELECT DISTINCT i.identifier_type, NOT coalesce(b.one_each, TRUE) AS many
FROM identifiers AS i
LEFT JOIN brought_types AS b USING (identifier_type)
ORDER BY i.identifier_type
