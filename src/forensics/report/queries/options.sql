-- title: analysis options
-- why: what was asked for beside the evidence; part of the analysis id
-- parameters: none
SELECT key, value FROM options
ORDER BY key, value
