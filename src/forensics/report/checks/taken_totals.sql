-- title: what each actor was served, again from the requests
-- why: distinct objects under the routes that carry objects of a kind; objects and objects_again have to be equal
-- parameters: none
SELECT
    t.actor_id, t.object_kind, t.objects, count(DISTINCT route_object(q.path, r.route)) FILTER (q.status IN (200, 206)) AS objects_again,
    t.requests, count(*) AS requests_again
FROM taken_totals AS t
JOIN taken AS a ON a.actor_id = t.actor_id AND a.object_kind = t.object_kind
JOIN requests AS q ON q.account_id = a.account_id
JOIN route_masks AS m ON m.mask = path_mask(q.path)
JOIN routes AS r ON r.route_id = m.route_id AND r.object_kind = t.object_kind
GROUP BY ALL
ORDER BY t.actor_id, t.object_kind
