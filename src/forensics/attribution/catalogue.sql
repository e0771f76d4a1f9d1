-- title: how many objects of each kind anybody was served
-- why: the share of the catalogue that left, as far as the case knows the catalogue. One path is one object: paths need no cutting here.
-- parameters: $prefixes, $suffixes, $kinds (equally long lists: the text of the kind's routes before and after the id)
WITH routes_of AS (SELECT unnest($prefixes) AS prefix, unnest($suffixes) AS suffix, unnest($kinds) AS object_kind),
known AS (
    SELECT r.object_kind, q.path
    FROM (SELECT DISTINCT path FROM requests WHERE status IN (200, 206) AND path IS NOT NULL) AS q
    JOIN routes_of AS r ON starts_with(q.path, r.prefix) AND ends_with(q.path, r.suffix)
)
SELECT object_kind, count(DISTINCT path) AS known
FROM known
GROUP BY object_kind
ORDER BY object_kind
