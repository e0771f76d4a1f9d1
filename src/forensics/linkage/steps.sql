-- title: who asked for which numbered objects, one after the other, and when each account began to work
-- why: every behaviour signal starts from this. Only accounts with forty such requests are looked at: fewer show no habit. A session
--      begins when an account did nothing for half an hour. Accounts, routes and logs are numbered in the order of their names: the work
--      on millions of rows is then one on short numbers, and takes a fraction of the time and of the memory.
-- parameters: none
CREATE OR REPLACE TEMP TABLE asking_accounts AS
SELECT CAST(row_number() OVER (ORDER BY account_id) AS INTEGER) AS account_no, account_id
FROM (SELECT DISTINCT account_id FROM account_clients);

CREATE OR REPLACE TEMP TABLE numbered_logs AS
SELECT CAST(row_number() OVER (ORDER BY evidence_id) AS INTEGER) AS evidence_no, evidence_id FROM evidence_files;

-- Paths that are asked for often are cut once: looking one up costs a fraction of that.
CREATE OR REPLACE TEMP TABLE known_objects AS
SELECT path, regexp_replace(path, '\d{3,18}', '{id}', 'g') AS route, TRY_CAST(regexp_extract(path, '\d{3,18}') AS BIGINT) AS object_no
FROM (SELECT path FROM requests WHERE account_id IS NOT NULL AND method = 'GET' GROUP BY path HAVING count(*) >= 8)
WHERE regexp_matches(path, '\d{3}');

CREATE OR REPLACE TEMP TABLE fetched_objects AS
SELECT
    a.account_no, q.started_at, l.evidence_no, q.line,
    CASE WHEN k.path IS NULL THEN regexp_replace(q.path, '\d{3,18}', '{id}', 'g') ELSE k.route END AS route,
    CASE WHEN k.path IS NULL THEN TRY_CAST(regexp_extract(q.path, '\d{3,18}') AS BIGINT) ELSE k.object_no END AS object_no
FROM requests AS q
JOIN asking_accounts AS a USING (account_id)
JOIN numbered_logs AS l USING (evidence_id)
LEFT JOIN known_objects AS k ON k.path = q.path
WHERE q.method = 'GET' AND (k.path IS NOT NULL OR regexp_matches(q.path, '\d{3}'));

CREATE OR REPLACE TEMP TABLE object_routes AS
SELECT CAST(row_number() OVER (ORDER BY route) AS INTEGER) AS route_no, route
FROM (SELECT DISTINCT route FROM fetched_objects);

-- `place` counts the requests of an account for a route.
CREATE OR REPLACE TEMP TABLE object_steps AS
WITH busy AS (SELECT account_no FROM fetched_objects GROUP BY account_no HAVING count(*) >= 40),
walked AS (
    SELECT
        f.account_no, r.route_no, f.started_at, f.evidence_no, f.line, f.object_no, row_number() OVER walk AS place,
        lag(f.started_at) OVER walk AS started_before, lag(f.object_no) OVER walk AS object_before,
        lag(f.object_no, 2) OVER walk AS second_before, lag(f.object_no, 3) OVER walk AS third_before
    FROM fetched_objects AS f
    SEMI JOIN busy USING (account_no)
    JOIN object_routes AS r USING (route)
    WINDOW walk AS (PARTITION BY f.account_no, r.route_no ORDER BY f.started_at, f.evidence_no, f.line)
)
SELECT
    account_no, route_no, CAST(place AS INTEGER) AS place, started_at, evidence_no, line, object_no,
    object_no - object_before AS step, epoch(started_at - started_before) AS pause,
    CASE
        WHEN object_no - object_before NOT BETWEEN -50 AND 50
            AND object_before - second_before NOT BETWEEN -50 AND 50
            AND second_before - third_before NOT BETWEEN -50 AND 50
            THEN hash(object_no, object_before, second_before, third_before)
    END AS leaping_four                             -- the last four objects, where none is near the one before
FROM walked;

DROP TABLE fetched_objects;
DROP TABLE known_objects;

-- A request of `object_steps` by its names.
CREATE OR REPLACE TEMP VIEW named_steps AS
SELECT s.account_no, s.route_no, s.place, a.account_id, r.route, s.started_at, l.evidence_id, s.line
FROM object_steps AS s
JOIN asking_accounts AS a USING (account_no)
JOIN object_routes AS r USING (route_no)
JOIN numbered_logs AS l USING (evidence_no);

CREATE OR REPLACE TEMP TABLE session_starts AS
WITH minutes AS (
    SELECT DISTINCT a.account_no, date_trunc('minute', q.started_at) AS minute FROM requests AS q JOIN asking_accounts AS a USING (account_id)
)
SELECT account_no, minute
FROM minutes
QUALIFY coalesce(minute - lag(minute) OVER (PARTITION BY account_no ORDER BY minute) >= INTERVAL 30 MINUTE, TRUE);
