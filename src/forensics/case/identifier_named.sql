-- title: whether an identifier TYPE:VALUE is in the case
-- why: a ruling on something that no account has would do nothing
-- parameters: $wanted
SELECT DISTINCT identifier_type, identifier_value
FROM identifiers
WHERE identifier_type || ':' || identifier_value = $wanted
