-- title: the routes of paths that are asked for often
-- why: looking a path up costs a fraction of cutting it; paths that are asked for once or twice would only fill memory
-- parameters: none
CREATE OR REPLACE TEMP TABLE known_paths AS
SELECT p.path, m.route_id
FROM asked_paths AS p
JOIN route_masks AS m ON m.mask = path_mask(p.path)
WHERE p.requests >= 8;

DROP TABLE asked_paths;
