-- title: links
-- why: what ties accounts together, how strongly, and what was rejected
-- made by: linkage/ties
-- parameters: none
SELECT * FROM links
ORDER BY kept DESC, weight_bits DESC NULLS LAST, identifier_type, identifier_value, account_id
