-- title: how many objects of each kind anybody was served
-- why: the share of the catalogue that left, as far as the case knows the catalogue. Where a
--      kind is one route, one path is one object, and paths need no cutting.
-- parameters: $prefixes, $suffixes, $kinds, $routes (equally long lists: of each route of the kinds the text before and after its ids)
WITH routes_of AS (
    SELECT *, count(*) OVER (PARTITION BY object_kind) AS routes
    FROM (
        -- lists that are empty have no type of their own
        SELECT unnest(CAST($prefixes AS VARCHAR[])) AS prefix, unnest(CAST($suffixes AS VARCHAR[])) AS suffix, unnest(CAST($kinds AS VARCHAR[])) AS object_kind,
            unnest(CAST($routes AS VARCHAR[])) AS route
    )
),
known AS (
    SELECT r.object_kind, CASE WHEN r.routes > 1 THEN route_object(q.path, r.route) ELSE q.path END AS object
    FROM (SELECT DISTINCT path FROM requests WHERE hands_over(status, method) AND path IS NOT NULL) AS q
    JOIN routes_of AS r ON starts_with(q.path, r.prefix) AND ends_with(q.path, r.suffix)
)
SELECT object_kind, count(DISTINCT object) AS known
FROM known
GROUP BY object_kind
ORDER BY object_kind
