-- title: kinds of objects that the same actor, or load without an account, fetched under the same id
-- why: metadata and its image are one pair, whichever of an actor's accounts fetched either; which routes make a pair is seen from the ids
--      that they share, and from how soon one follows the other
-- parameters: $accounts, $actors (equally long lists); reads the temporary table `fetched`
WITH owners AS (SELECT unnest($accounts) AS account_id, unnest($actors) AS actor_id),
served AS (
    SELECT coalesce(o.actor_id, f.subject) AS actor_id, f.object_kind, f.object, min(f.served_at) AS served_at
    FROM fetched AS f
    LEFT JOIN owners AS o ON o.account_id = f.account_id
    WHERE f.served > 0 AND f.object IS NOT NULL
    GROUP BY ALL
),
sizes AS (SELECT object_kind, count(*) AS objects FROM served GROUP BY object_kind)
SELECT
    a.object_kind AS first_kind, b.object_kind AS second_kind, count(*) AS shared,
    least(max(x.objects), max(y.objects)) AS smaller,
    median(epoch(b.served_at) - epoch(a.served_at)) AS lead_seconds,
    median(abs(epoch(b.served_at) - epoch(a.served_at))) AS median_lag_seconds
FROM served AS a
JOIN served AS b ON b.actor_id = a.actor_id AND b.object = a.object AND b.object_kind > a.object_kind
JOIN sizes AS x ON x.object_kind = a.object_kind
JOIN sizes AS y ON y.object_kind = b.object_kind
GROUP BY a.object_kind, b.object_kind
ORDER BY shared DESC, first_kind, second_kind
