-- title: the distinct path masks and how often each was asked for
-- why: the first of two passes that cut ids out of paths: what is left is few, and is cut finely in incidents/routes.py
-- parameters: none
SELECT path_mask(path) AS mask, CAST(sum(requests) AS BIGINT) AS requests
FROM (SELECT path, count(*) AS requests FROM requests WHERE path IS NOT NULL GROUP BY path)
GROUP BY mask
ORDER BY mask
