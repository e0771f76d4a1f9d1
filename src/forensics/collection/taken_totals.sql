-- title: what each actor, and each load without an account, took, by kind of object: an object that several accounts fetched is one object
-- why: the sum over accounts would count it more than once; a pair is counted with the first kind of the two, as in `taken`
--      NULL: no status is logged. What was handed over and names no object is no object, and is told by `served` and `bytes`.
--      `redirected`: objects that were never handed over, but answered with a redirect (to a signed URL of a store of files, or to a login).
--      `apart`: pairs of which one half is none of its own, but stands beside it (see `fetched`).
-- parameters: $pair (list of two kinds, first the one that is fetched first, or empty), $accounts, $actors (equally long lists)
WITH owners AS (SELECT unnest($accounts) AS account_id, unnest($actors) AS actor_id),
owned AS (
    SELECT coalesce(o.actor_id, f.subject) AS actor_id, f.*
    FROM fetched AS f
    LEFT JOIN owners AS o ON o.account_id = f.account_id
),
halves AS (
    SELECT
        actor_id, object, CASE WHEN bool_or(object_kind = $pair[1] AND NOT beside) THEN $pair[1] ELSE $pair[2] END AS told_with,
        count(DISTINCT object_kind) FILTER (NOT beside) < 2 AS apart
    FROM owned
    WHERE served > 0 AND list_contains($pair, object_kind)
    GROUP BY actor_id, object
    HAVING count(DISTINCT object_kind) = 2
),
sent_on AS (
    SELECT actor_id, object_kind, count(*) AS redirected
    FROM (
        SELECT actor_id, object_kind, object
        FROM owned
        WHERE object IS NOT NULL AND NOT beside
        GROUP BY ALL
        HAVING sum(redirected) > 0 AND sum(served) = 0
    )
    GROUP BY ALL
)
SELECT
    f.actor_id, f.object_kind, count(DISTINCT f.account_id) AS accounts, CASE WHEN sum(f.answered) > 0 THEN count(DISTINCT f.object) FILTER (f.served > 0) END AS objects,
    CASE
        WHEN sum(f.answered) > 0 THEN count(DISTINCT f.object) FILTER (f.served > 0 AND f.object_kind = h.told_with)
    END AS pairs,
    CASE WHEN sum(f.answered) > 0 THEN count(DISTINCT f.object) FILTER (f.served > 0 AND h.apart AND f.object_kind = h.told_with) END AS apart,
    CAST(sum(f.requests) AS BIGINT) AS requests, CASE WHEN sum(f.answered) > 0 THEN CAST(sum(f.served) AS BIGINT) END AS served,
    CASE WHEN sum(f.answered) > 0 THEN CAST(sum(f.bytes) AS BIGINT) END AS bytes,
    min(f.first_at) AS first_at, max(f.last_at) AS last_at, coalesce(any_value(s.redirected), 0) AS redirected
FROM owned AS f
LEFT JOIN halves AS h ON h.actor_id = f.actor_id AND h.object = f.object
LEFT JOIN sent_on AS s ON s.actor_id = f.actor_id AND s.object_kind = f.object_kind
WHERE NOT f.beside
GROUP BY f.actor_id, f.object_kind
ORDER BY f.actor_id, f.object_kind
