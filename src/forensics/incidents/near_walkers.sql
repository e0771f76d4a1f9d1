-- title: the requests of who may be collecting slowly
-- why: a run of days is looked at alone, and not with everybody's requests of those days (near.sql); same columns as there
-- parameters: $subjects, $subject_types, $starts, $ends lists: one run each, half-open

CREATE OR REPLACE TEMP TABLE sought AS                                         -- by account, or by address without one
WITH runs AS (
    SELECT unnest($subjects) AS subject, unnest($subject_types) AS subject_type, unnest($starts) AS low, unnest($ends) AS high
)

SELECT a.account_id AS client, FALSE AS nameless, r.low, r.high
FROM runs AS r
JOIN account_actors AS a ON r.subject_type = 'actor' AND a.actor_id = r.subject
UNION
SELECT subject, FALSE, low, high FROM runs WHERE subject_type = 'account'
UNION
SELECT n.client_ip, TRUE, r.low, r.high
FROM client_networks AS n
JOIN runs AS r ON r.subject_type = 'network' AND r.subject = n.network;

CREATE OR REPLACE TEMP TABLE near AS
WITH chosen AS MATERIALIZED (
    SELECT q.started_at, host_of(q.extra, f.host) AS host, q.extra['upstream'] AS backend, q.account_id, q.client_ip, q.status, q.duration_ms, q.path
    FROM requests AS q
    JOIN evidence_files AS f USING (evidence_id)
    SEMI JOIN sought AS s
        ON coalesce(q.account_id, q.client_ip) = s.client AND (q.account_id IS NULL) = s.nameless AND q.started_at >= s.low AND q.started_at < s.high
    WHERE q.started_at >= list_min($starts) AND q.started_at < list_max($ends)
)

SELECT c.*, m.route_id
FROM chosen AS c
LEFT JOIN route_masks AS m ON m.mask = path_mask(c.path);
