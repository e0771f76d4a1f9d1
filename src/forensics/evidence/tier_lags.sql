-- title: by how much the clock of each stream is ahead of that of the largest one
-- why: who asks a service is in the logs of several of its hosts within the same minutes, and the same request in those of several tiers.
--      Of two clocks that agree most of them lie in the same minute; of one that is off (a zone that was mistaken, a clock that nobody set)
--      they lie as many minutes apart, for all alike. Of each minute of distance it is counted for how many it is one: `peak` for that of
--      the most (of `shared` in both logs), `rest` for the most of those that are further than $near minutes from it. Who comes in more than
--      30 minutes is left out: they are apart by any distance. `hours` is in how many hours of the day the peak was seen, of `span` hours
--      that the log has; `people` by how many: one program asks for many things, and again elsewhere some hours later. `one_path` is the
--      share of the peak in which the same thing was asked for first: what a timer sends is always the same.
--      The median is of whole milliseconds: it does not depend on the order of rows.
-- parameters: $modulus (1: all who ask), $near (minutes), $widest (minutes)
WITH
base AS (SELECT stream FROM tier_streams ORDER BY parsed DESC, stream LIMIT 1),
hashed AS (
    SELECT e.evidence_id, e.started_at, hash(coalesce(e.user_name, e.client_ip)) AS who, hash(e.path) AS path, e.query
    FROM stored_events AS e
),
asked AS (
    SELECT f.stream, h.started_at, h.who, h.path, hash(h.path, coalesce(h.query, '')) AS what
    FROM hashed AS h
    JOIN tier_files AS f USING (evidence_id)
    WHERE h.who % CAST($modulus AS UBIGINT) = 0 OR h.path % CAST($modulus AS UBIGINT) = 0
),
seen AS (
    SELECT
        stream, kind, key, epoch_ms(date_trunc('minute', started_at)) // 60000 AS minute, min(who) AS who,
        min({'at_ms': epoch_ms(started_at), 'path': path}) AS first
    FROM (
        SELECT stream, started_at, 'who' AS kind, who AS key, who, path FROM asked WHERE who % CAST($modulus AS UBIGINT) = 0
        UNION ALL
        SELECT stream, started_at, 'what', what, who, path FROM asked WHERE path % CAST($modulus AS UBIGINT) = 0
    )
    GROUP BY ALL
),
rare AS (SELECT * FROM seen QUALIFY count(*) OVER (PARTITION BY stream, kind, key) <= 30),
meeting AS (
    SELECT o.stream, o.kind, count(DISTINCT o.key) AS shared
    FROM rare AS o
    SEMI JOIN (FROM rare WHERE stream IN (FROM base)) AS b ON o.kind = b.kind AND o.key = b.key
    GROUP BY ALL
),
apart AS (
    SELECT
        o.stream, o.kind, o.key, o.minute, o.minute - b.minute AS lag, o.first.at_ms - b.first.at_ms AS lag_ms, o.first.path AS path,
        o.who, b.who AS of_base
    FROM rare AS b
    JOIN rare AS o USING (kind, key)
    WHERE b.stream IN (FROM base) AND o.stream NOT IN (FROM base) AND o.minute - b.minute BETWEEN -$widest AND $widest
),
lags AS (
    SELECT
        stream, kind, lag, count(DISTINCT key) AS keys, count(DISTINCT minute // 60 % 24) AS hours, count(*) AS pairs,
        greatest(count(DISTINCT who), count(DISTINCT of_base)) AS people
    FROM apart
    GROUP BY ALL
),
peaks AS (FROM lags QUALIFY row_number() OVER (PARTITION BY stream, kind ORDER BY keys DESC, abs(lag), lag) = 1),
paths AS (SELECT stream, kind, lag, path, count(*) AS pairs FROM apart SEMI JOIN peaks USING (stream, kind, lag) GROUP BY ALL)
SELECT
    p.stream, (FROM base) AS base, p.kind, p.lag, p.keys AS peak, p.hours, p.people, b.shared,
    (SELECT max(t.pairs) FROM paths AS t WHERE t.stream = p.stream AND t.kind = p.kind) / p.pairs AS one_path,
    (SELECT 1 + date_diff('hour', s.first_at, s.last_at) FROM tier_streams AS s WHERE s.stream = p.stream) AS span,
    (SELECT coalesce(max(l.keys), 0) FROM lags AS l WHERE l.stream = p.stream AND l.kind = p.kind AND abs(l.lag - p.lag) > $near) AS rest,
    (
        SELECT quantile_disc(a.lag_ms, 0.5) FROM apart AS a
        WHERE a.stream = p.stream AND a.kind = p.kind AND abs(a.lag_ms - p.lag * 60000) <= 90000
    ) / 1e3 AS seconds
FROM peaks AS p
JOIN meeting AS b USING (stream, kind)
ORDER BY p.stream, p.kind
