-- title: types of identifiers that no signal knows
-- why: each is weighed like the signal `brought`, as a family of its own
-- parameters: none
SELECT DISTINCT identifier_type FROM identifiers ORDER BY identifier_type
