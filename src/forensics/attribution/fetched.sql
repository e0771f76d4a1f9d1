-- title: every object that chosen accounts asked for, and what they got
-- why: the one look at events that `taken` needs, for suspects only. Kinds are given by route, so that a ruling of the user
--      (`--object`) counts like what was inferred. What hands nothing over (a 304, a HEAD, a failure) is asked for, not served; where no
--      status is logged, what was served is not known.
-- parameters: $accounts, $route_ids and $kinds (equally long lists)
CREATE OR REPLACE TEMP TABLE fetched AS
WITH kinds AS (SELECT unnest($route_ids) AS route_id, unnest($kinds) AS object_kind),
wanted AS MATERIALIZED (
    SELECT q.account_id, q.path, q.status, q.method, q.bytes_sent, q.started_at, q.evidence_id, q.line
    FROM requests AS q
    WHERE q.account_id IN (SELECT unnest($accounts)) AND q.path IS NOT NULL
),
paths AS (
    SELECT p.path, k.object_kind, path_object(p.path) AS object
    FROM (SELECT DISTINCT path FROM wanted) AS p
    JOIN route_masks AS m ON m.mask = path_mask(p.path)
    JOIN kinds AS k ON k.route_id = m.route_id
)
SELECT
    w.account_id, p.object_kind, p.object, count(*) AS requests, count(w.status) AS answered, count(*) FILTER (hands_over(w.status, w.method)) AS served,
    coalesce(sum(w.bytes_sent) FILTER (hands_over(w.status, w.method)), 0) AS bytes,
    min(w.started_at) AS first_at, max(w.started_at) AS last_at, min(w.started_at) FILTER (hands_over(w.status, w.method)) AS served_at,
    min_by((w.evidence_id, w.line), (w.started_at, w.evidence_id, w.line)) AS first_seen
FROM wanted AS w
JOIN paths AS p ON p.path = w.path
GROUP BY w.account_id, p.object_kind, p.object
