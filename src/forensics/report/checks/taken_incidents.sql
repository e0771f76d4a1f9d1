-- title: what those who took part in an incident were served together, again from the requests
-- why: distinct objects under the routes that carry objects of a kind; objects and objects_again have to be equal
-- parameters: none
SELECT
    t.incident_id, t.object_kind, t.objects, count(DISTINCT route_object(q.path, r.route)) FILTER (q.status IN (200, 206)) AS objects_again,
    t.requests, count(*) AS requests_again
FROM taken_incidents AS t
JOIN participants AS p ON p.incident_id = t.incident_id AND p.role = 'participant'
JOIN requests AS q ON q.account_id = p.account_id
JOIN route_masks AS m ON m.mask = path_mask(q.path)
JOIN routes AS r ON r.route_id = m.route_id AND r.object_kind = t.object_kind
GROUP BY ALL
ORDER BY t.incident_id, t.object_kind
