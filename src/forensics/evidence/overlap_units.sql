-- title: the stretches of logs that may repeat each other
-- why: only files whose times overlap can hold the same requests twice. A file whose clock steps back more than a minute may repeat
--      itself (a log shipped twice, a copytruncate gone wrong): it is cut there, and its parts are compared like files.
-- parameters: none
CREATE OR REPLACE TEMP TABLE overlap_windows AS
SELECT
    f.evidence_id, f.host, f.path, bool_or(o.host IS NOT DISTINCT FROM f.host) AS same_host,
    min(greatest(f.first_at, o.first_at)) AS since, max(least(f.last_at, o.last_at)) AS until
FROM evidence_files AS f
JOIN evidence_files AS o ON f.first_at <= o.last_at AND o.first_at <= f.last_at
WHERE
    f.kind = 'log' AND o.kind = 'log' AND f.parsed > 0 AND o.parsed > 0
    AND (f.evidence_id <> o.evidence_id OR f.backward_steps > 0)
GROUP BY ALL;

-- Of each file, a sample of its lines by content: two logs share sampled lines where they share lines.
CREATE OR REPLACE TEMP TABLE overlap_sample AS
SELECT e.evidence_id, hash(e.timestamp, e.client_ip, e.method, e.path, e.query, e.status, e.bytes_sent) AS content, count(*) AS times
FROM stored_events AS e
JOIN overlap_windows AS w ON e.evidence_id = w.evidence_id AND e.timestamp BETWEEN w.since AND w.until
WHERE hash(e.timestamp, e.client_ip, e.path)
    % (SELECT CASE WHEN sum(parsed) > 500000 THEN CAST(64 AS UBIGINT) ELSE CAST(1 AS UBIGINT) END FROM evidence_files) = 0
GROUP BY ALL;

-- Files that share a fifth of a sample with another file, or step back in time: these are compared line by line.
CREATE OR REPLACE TEMP TABLE overlap_files AS
WITH
shared AS (
    SELECT a.evidence_id, a.evidence_id AS one, b.evidence_id AS other, count(*) AS lines
    FROM overlap_sample AS a
    JOIN overlap_sample AS b ON a.content = b.content AND a.evidence_id <> b.evidence_id
    GROUP BY ALL
),
sizes AS (SELECT evidence_id, count(*) AS lines FROM overlap_sample GROUP BY evidence_id),
suspect AS (
    SELECT s.one, s.other
    FROM shared AS s
    JOIN sizes AS a ON s.one = a.evidence_id
    JOIN sizes AS b ON s.other = b.evidence_id
    JOIN evidence_files AS f ON s.one = f.evidence_id
    JOIN evidence_files AS g ON s.other = g.evidence_id
    WHERE f.host IS NOT DISTINCT FROM g.host OR s.lines >= least(a.lines, b.lines) / 5
)
SELECT one AS evidence_id FROM suspect
UNION
SELECT other FROM suspect
UNION
SELECT evidence_id FROM evidence_files WHERE kind = 'log' AND backward_steps > 0;

CREATE OR REPLACE TEMP TABLE overlap_lines AS
WITH
rows AS (
    SELECT
        e.evidence_id, w.host, w.path, e.line, e.client_ip, e.path AS target,
        hash(
            e.timestamp, e.client_ip, e.user_name, e.method, e.host, e.path, e.query, e.protocol, e.status, e.bytes_sent, e.duration_ms,
            e.referrer, e.user_agent, e.request, CAST(e.extra AS VARCHAR)
        ) AS content,
        e.timestamp < lag(e.timestamp) OVER (PARTITION BY e.evidence_id ORDER BY e.line) - INTERVAL 1 MINUTE AS stepped
    FROM stored_events AS e
    JOIN overlap_files USING (evidence_id)
    JOIN overlap_windows AS w ON e.evidence_id = w.evidence_id AND e.timestamp BETWEEN w.since AND w.until
),
parts AS (
    SELECT *, count(CASE WHEN stepped THEN 1 END) OVER (PARTITION BY evidence_id ORDER BY line ROWS UNBOUNDED PRECEDING) AS part
    FROM rows
)
SELECT
    evidence_id, host, path, part, line, client_ip, target, content,
    dense_rank() OVER (ORDER BY path, evidence_id, part) AS unit,
    row_number() OVER (PARTITION BY evidence_id, part, content ORDER BY line) AS nth,
    row_number() OVER (PARTITION BY evidence_id, part ORDER BY line) AS place
FROM parts
