-- title: how chosen accounts asked around their busiest minute: spacing, walk over ids, paired fetches
-- why: the one look at events that the scores need: eleven minutes of each account, however long the logs are
-- parameters: $accounts, $peaks (equally long lists: account and its busiest minute)
WITH chosen AS (SELECT unnest($accounts) AS account_id, unnest($peaks) AS peak),
wanted AS MATERIALIZED (                        -- first the few requests, then what their paths are
    SELECT q.account_id, q.started_at, q.path, q.evidence_id, q.line
    FROM requests AS q
    JOIN chosen AS c ON c.account_id = q.account_id
    WHERE q.started_at >= c.peak - INTERVAL 5 MINUTE AND q.started_at < c.peak + INTERVAL 6 MINUTE AND q.path IS NOT NULL
),
asked AS MATERIALIZED (
    SELECT w.account_id, w.started_at, m.route_id, r.object_kind, route_object(w.path, r.route) AS object, w.evidence_id, w.line
    FROM wanted AS w
    JOIN route_masks AS m ON m.mask = path_mask(w.path)
    JOIN routes AS r ON r.route_id = m.route_id
    WHERE r.object_kind IS NOT NULL
),
steps AS (
    SELECT
        account_id, object_kind, object, started_at,
        epoch(started_at) - epoch(lag(started_at) OVER asking) AS gap,
        TRY_CAST(object AS BIGINT) - TRY_CAST(lag(object) OVER asking AS BIGINT) AS step
    FROM asked
    WINDOW asking AS (PARTITION BY account_id, route_id ORDER BY started_at, evidence_id, line)
),
middle AS (SELECT account_id, count(gap) AS gaps, median(gap) AS gap FROM steps GROUP BY account_id),
coverage AS (
    SELECT account_id, round(max(ids / (highest - lowest + 1)), 4) AS coverage
    FROM (
        SELECT
            account_id, object_kind, count(DISTINCT object) AS ids, max(TRY_CAST(object AS HUGEINT)) AS highest,
            min(TRY_CAST(object AS HUGEINT)) AS lowest
        FROM asked
        GROUP BY account_id, object_kind
    )
    WHERE ids >= 20 AND highest IS NOT NULL
    GROUP BY account_id
),
pairs AS (
    SELECT account_id, count(*) AS objects, count(*) FILTER (kinds > 1 AND span <= 60) AS paired
    FROM (
        SELECT account_id, object, count(DISTINCT object_kind) AS kinds, epoch(max(started_at)) - epoch(min(started_at)) AS span
        FROM asked
        GROUP BY account_id, object
    )
    GROUP BY account_id
)
SELECT
    s.account_id, max(m.gaps) AS gaps, round(max(m.gap), 3) AS median_gap,
    round(median(abs(s.gap - m.gap)) / nullif(max(m.gap), 0), 4) AS unevenness,
    round(count(*) FILTER (s.step BETWEEN 1 AND 10) / nullif(count(s.step), 0), 4) AS walking,
    max(c.coverage) AS coverage, max(p.objects) AS objects, round(max(p.paired) / max(p.objects), 4) AS paired
FROM steps AS s
JOIN middle AS m ON m.account_id = s.account_id
JOIN pairs AS p ON p.account_id = s.account_id
LEFT JOIN coverage AS c ON c.account_id = s.account_id
GROUP BY s.account_id
ORDER BY s.account_id
