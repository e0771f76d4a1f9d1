-- title: kinds of objects that the same account, or load without an account, fetched under the same id
-- why: metadata and its image are one pair; which routes make a pair is seen from the ids that they share, and from how soon one follows
--      the other
-- parameters: none (reads the temporary table `fetched`)
WITH served AS (SELECT account_id, subject, object_kind, object, served_at FROM fetched WHERE served > 0),
sizes AS (SELECT object_kind, count(*) AS objects FROM served GROUP BY object_kind)
SELECT
    a.object_kind AS first_kind, b.object_kind AS second_kind, count(*) AS shared,
    least(max(x.objects), max(y.objects)) AS smaller,
    median(epoch(b.served_at) - epoch(a.served_at)) AS lead_seconds,
    median(abs(epoch(b.served_at) - epoch(a.served_at))) AS median_lag_seconds
FROM served AS a
JOIN served AS b
    ON b.account_id IS NOT DISTINCT FROM a.account_id AND b.subject IS NOT DISTINCT FROM a.subject AND b.object = a.object
        AND b.object_kind > a.object_kind
JOIN sizes AS x ON x.object_kind = a.object_kind
JOIN sizes AS y ON y.object_kind = b.object_kind
GROUP BY a.object_kind, b.object_kind
ORDER BY shared DESC, first_kind, second_kind
