-- title: what each account, and each load without an account (subject), took, by kind of object
-- why: asked for and actually served, distinct objects, complete pairs (both halves served to the same account, or one of them without an
--      account to an address of it; of a load without an account: to an account at its network), bytes. A pair is counted once: with the
--      kind that is fetched first, of those that are its own, so that sums over kinds are true
--      NULL: no status is logged. What was handed over and names no object is no object, and is told by `served` and `bytes`.
-- parameters: $pair (list of two kinds, first the one that is fetched first, or empty)
WITH halves AS (
    SELECT
        account_id, subject, object,
        CASE WHEN bool_or(object_kind = $pair[1] AND NOT beside) THEN $pair[1] ELSE $pair[2] END AS told_with
    FROM fetched
    WHERE served > 0 AND list_contains($pair, object_kind)
    GROUP BY account_id, subject, object
    HAVING count(DISTINCT object_kind) = 2
)
SELECT
    f.account_id, f.subject, f.object_kind,
    CASE WHEN sum(f.answered) > 0 THEN count(f.object) FILTER (f.served > 0) END AS objects,
    CASE
        WHEN sum(f.answered) > 0 THEN count(*) FILTER (f.served > 0 AND f.object_kind = h.told_with)
    END AS pairs,
    CAST(sum(f.requests) AS BIGINT) AS requests, CASE WHEN sum(f.answered) > 0 THEN CAST(sum(f.served) AS BIGINT) END AS served,
    CASE WHEN sum(f.answered) > 0 THEN CAST(sum(f.bytes) AS BIGINT) END AS bytes,
    min(f.first_at) AS first_at, max(f.last_at) AS last_at,
    min_by(f.first_seen, (f.first_at, f.first_seen))[1] AS evidence_id, min_by(f.first_seen, (f.first_at, f.first_seen))[2] AS line
FROM fetched AS f
LEFT JOIN halves AS h
    ON h.account_id IS NOT DISTINCT FROM f.account_id AND h.subject IS NOT DISTINCT FROM f.subject AND h.object = f.object
WHERE NOT f.beside
GROUP BY f.account_id, f.subject, f.object_kind
ORDER BY f.account_id, f.subject, f.object_kind
