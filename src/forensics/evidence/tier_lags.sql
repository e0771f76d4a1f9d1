-- title: by how much the clock of each stream is ahead of that of the largest one
-- why: who asks a service is in the logs of several of its hosts within the same minutes, and the same request in those of several tiers.
--      Of two clocks that agree most of them lie in the same minute; of one that is off (a zone that was mistaken, a clock that nobody set)
--      they lie as many minutes apart, for all alike. Of each minute of distance it is counted for how many it is one: `peak` for that of
--      the most, `rest` for the most of those that are further than $near minutes from it. Who comes in more than 30 minutes is left out:
--      they are apart by any distance. `hours` is in how many hours of the day the peak was seen, of `span` hours that the log has;
--      `people` by how many: one program asks for many things, and again elsewhere some hours later.
--      The median is of whole milliseconds: it does not depend on the order of rows.
-- parameters: $modulus (1: all who ask), $near (minutes), $widest (minutes)
WITH
base AS (SELECT stream FROM tier_streams ORDER BY parsed DESC, stream LIMIT 1),
asked AS (
    SELECT
        f.stream, e.started_at, hash(coalesce(e.user_name, e.client_ip)) AS who, hash(e.path, coalesce(e.query, '')) AS what
    FROM stored_events AS e
    JOIN tier_files AS f USING (evidence_id)
),
seen AS (
    SELECT stream, kind, key, epoch_ms(date_trunc('minute', started_at)) // 60000 AS minute, min(epoch_ms(started_at)) AS at_ms, min(who) AS who
    FROM (
        SELECT stream, started_at, 'who' AS kind, who AS key, who FROM asked WHERE who % CAST($modulus AS UBIGINT) = 0
        UNION ALL
        SELECT stream, started_at, 'what', what, who FROM asked WHERE what % CAST($modulus AS UBIGINT) = 0
    )
    GROUP BY ALL
),
rare AS (SELECT * FROM seen QUALIFY count(*) OVER (PARTITION BY stream, kind, key) <= 30),
apart AS (
    SELECT o.stream, o.kind, o.key, o.minute, o.minute - b.minute AS lag, o.at_ms - b.at_ms AS lag_ms, o.who, b.who AS of_base
    FROM rare AS b
    JOIN rare AS o USING (kind, key)
    WHERE b.stream IN (FROM base) AND o.stream NOT IN (FROM base) AND o.minute - b.minute BETWEEN -$widest AND $widest
),
lags AS (
    SELECT
        stream, kind, lag, count(DISTINCT key) AS keys, count(DISTINCT minute // 60 % 24) AS hours,
        greatest(count(DISTINCT who), count(DISTINCT of_base)) AS people
    FROM apart
    GROUP BY ALL
),
peaks AS (FROM lags QUALIFY row_number() OVER (PARTITION BY stream, kind ORDER BY keys DESC, abs(lag), lag) = 1)
SELECT
    p.stream, (FROM base) AS base, p.kind, p.lag, p.keys AS peak, p.hours, p.people,
    (SELECT 1 + date_diff('hour', s.first_at, s.last_at) FROM tier_streams AS s WHERE s.stream = p.stream) AS span,
    (SELECT coalesce(max(l.keys), 0) FROM lags AS l WHERE l.stream = p.stream AND l.kind = p.kind AND abs(l.lag - p.lag) > $near) AS rest,
    (
        SELECT quantile_disc(a.lag_ms, 0.5) FROM apart AS a
        WHERE a.stream = p.stream AND a.kind = p.kind AND abs(a.lag_ms - p.lag * 60000) <= 90000
    ) / 1e3 AS seconds
FROM peaks AS p
ORDER BY p.stream, p.kind
