-- title: the distinct path masks and how often each was asked for
-- why: the first of two passes that cut ids out of paths: what is left is few, and is cut finely in incidents/routes.py
-- parameters: none
SELECT mask, count(*) AS requests
FROM counted
WHERE mask IS NOT NULL
GROUP BY mask
ORDER BY mask
