-- title: who asked for which numbered objects, one after the other, and when each account began to work
-- why: every behaviour signal starts from this. Only accounts with forty such requests are looked at: fewer show no habit. A session
--      begins when an account did nothing for half an hour.
-- parameters: none
CREATE OR REPLACE TEMP TABLE object_steps AS
WITH fetched AS (
    SELECT
        account_id, started_at, evidence_id, line, regexp_replace(path, '\d{3,18}', '{id}', 'g') AS route,
        TRY_CAST(regexp_extract(path, '\d{3,18}') AS BIGINT) AS object_no
    FROM requests
    WHERE account_id IS NOT NULL AND method = 'GET' AND regexp_matches(path, '\d{3}')
    QUALIFY count(*) OVER (PARTITION BY account_id) >= 40
)
SELECT
    *, object_no - lag(object_no) OVER walk AS step, epoch(started_at - lag(started_at) OVER walk) AS pause,
    CASE
        WHEN object_no - lag(object_no) OVER walk NOT BETWEEN -50 AND 50
            AND lag(object_no) OVER walk - lag(object_no, 2) OVER walk NOT BETWEEN -50 AND 50
            AND lag(object_no, 2) OVER walk - lag(object_no, 3) OVER walk NOT BETWEEN -50 AND 50
            THEN hash(object_no, lag(object_no) OVER walk, lag(object_no, 2) OVER walk, lag(object_no, 3) OVER walk)
    END AS leaping_four                             -- the last four objects, where none is near the one before
FROM fetched
WINDOW walk AS (PARTITION BY account_id, route ORDER BY started_at, evidence_id, line);

CREATE OR REPLACE TEMP TABLE session_starts AS
WITH minutes AS (
    SELECT account_id, date_trunc('minute', started_at) AS minute, min((started_at, evidence_id, line)) AS first_use
    FROM requests
    WHERE account_id IS NOT NULL
    GROUP BY ALL
)
SELECT account_id, minute, first_use[2] AS evidence_id, first_use[3] AS line
FROM minutes
QUALIFY coalesce(minute - lag(minute) OVER (PARTITION BY account_id ORDER BY minute) >= INTERVAL 30 MINUTE, TRUE);
