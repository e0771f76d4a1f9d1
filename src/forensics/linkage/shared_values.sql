-- title: the shared values
-- why: their types and how many accounts share each
-- parameters: none
SELECT value_no, identifier_type, sharers FROM shared_values ORDER BY value_no
