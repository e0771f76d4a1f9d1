-- title: the requests near boundaries and within runs of collection
-- why: after the rollup, one pass over the requests for all that detection looks at closely: a few minutes of each boundary, the time of
--      each run. What is done with them is independent of the number of events.
-- parameters: $starts, $ends lists of TIMESTAMP: half-open ranges

CREATE OR REPLACE TEMP TABLE near AS
WITH ranges AS (SELECT unnest(CAST($starts AS TIMESTAMP[])) AS low, unnest(CAST($ends AS TIMESTAMP[])) AS high),

minutes AS (SELECT DISTINCT unnest(generate_series(date_trunc('minute', low), high, INTERVAL 1 MINUTE)) AS minute FROM ranges),

chosen AS MATERIALIZED (                        -- first the few requests, then what their paths are
    SELECT
        q.started_at, host_of(q.extra, f.host) AS host, q.extra['upstream'] AS backend, q.account_id, q.client_ip, q.status, q.duration_ms, q.path, q.user_agent
    FROM requests AS q
    JOIN evidence_files AS f USING (evidence_id)
    SEMI JOIN minutes AS g ON date_trunc('minute', q.started_at) = g.minute
    WHERE q.started_at >= list_min(CAST($starts AS TIMESTAMP[])) AND q.started_at < list_max(CAST($ends AS TIMESTAMP[]))
)

SELECT c.*, m.route_id
FROM chosen AS c
LEFT JOIN route_masks AS m ON m.mask = path_mask(c.path);
