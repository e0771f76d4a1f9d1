-- title: requests that two streams logged
-- why: a twin is the same request seen by another tier: the same request id where both carry one, else the same method, path, query and
--      status within five minutes. Popular requests would match by chance, so only those count that are rare: three times or fewer in
--      every stream (what one server of several is asked thrice, the balancer in front of them is asked often, and has no twin). Paths are
--      sampled by hash, so that both sides of a pair are in the sample. Of a pair are kept the distances of starts, of ends, and of one's
--      start from the other's end: where one tier logs no durations, or starts as ends, these tell twins that took long.
-- parameters: $modulus (1: every path)
CREATE OR REPLACE TEMP TABLE tier_requests AS
SELECT
    f.stream, e.started_at - to_microseconds(f.ahead_us) AS started_at, e.duration_ms, e.client_ip,
    coalesce(e.extra['request_id'], '') AS request_id,
    hash(e.method, e.path, coalesce(e.query, ''), e.status) AS content
FROM stored_events AS e
ANTI JOIN duplicates AS d ON e.evidence_id = d.evidence_id AND e.line = d.line
JOIN tier_files AS f ON e.evidence_id = f.evidence_id
WHERE e.path IS NOT NULL AND hash(e.path) % CAST($modulus AS UBIGINT) = 0
    AND e.started_at - to_microseconds(f.ahead_us) >= (SELECT min(greatest(a.first_at, b.first_at)) FROM tier_files AS a, tier_files AS b
        WHERE a.stream <> b.stream AND a.first_at <= b.last_at AND b.first_at <= a.last_at)
    AND e.started_at - to_microseconds(f.ahead_us) <= (SELECT max(least(a.last_at, b.last_at)) FROM tier_files AS a, tier_files AS b
        WHERE a.stream <> b.stream AND a.first_at <= b.last_at AND b.first_at <= a.last_at);

CREATE OR REPLACE TEMP TABLE tier_rare AS
SELECT row_number() OVER () AS number, r.*
FROM tier_requests AS r
JOIN (
    SELECT content
    FROM (SELECT stream, content, count(*) AS times FROM tier_requests GROUP BY stream, content)
    GROUP BY content
    HAVING max(times) <= 3
) AS k ON r.content = k.content;

CREATE OR REPLACE TEMP TABLE tier_pairs AS
WITH
by_content AS (
    SELECT a.number, a.stream, b.stream AS other, a.started_at AS here, b.started_at AS there, a.duration_ms AS mine, b.duration_ms AS theirs
    FROM tier_rare AS a
    JOIN tier_rare AS b
        ON a.content = b.content AND a.stream <> b.stream
        AND b.started_at BETWEEN a.started_at - INTERVAL 5 MINUTE AND a.started_at + INTERVAL 5 MINUTE
    WHERE a.request_id = '' OR b.request_id = '' OR a.request_id = b.request_id
),
nearest AS (
    SELECT
        number, stream, other, epoch_us(there) - epoch_us(here) AS later_us, theirs - mine AS longer_ms,
        CAST(coalesce(mine, 0) * 1000 AS BIGINT) AS mine_us, CAST(coalesce(theirs, 0) * 1000 AS BIGINT) AS theirs_us
    FROM by_content
    QUALIFY row_number() OVER (PARTITION BY number, other ORDER BY abs(later_us), later_us, longer_ms) = 1
)
SELECT
    number, stream, other, longer_ms,
    [later_us, later_us + theirs_us - mine_us, later_us + theirs_us, later_us - mine_us] AS later_us -- starts, ends, its end, my end
FROM nearest
