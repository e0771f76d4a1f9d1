-- title: the distinct path masks and how often each was asked for
-- why: the first of two passes that cut ids out of paths: what is left is few, and is cut finely in incidents/routes.py
-- parameters: none
SELECT path_mask(path) AS mask, CAST(sum(requests) AS BIGINT) AS requests
FROM asked_paths
GROUP BY mask
ORDER BY mask
