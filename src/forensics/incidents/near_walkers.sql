-- title: the requests of who may be collecting slowly
-- why: a run of days is looked at alone, and not with everybody's requests of those days (near.sql); same columns as there
-- parameters: $subjects, $subject_types, $starts, $ends lists: one run each, half-open

CREATE OR REPLACE TEMP TABLE near AS
WITH runs AS (
    SELECT unnest($subjects) AS subject, unnest($subject_types) AS subject_type, unnest($starts) AS low, unnest($ends) AS high
),

members AS (
    SELECT a.account_id, r.low, r.high
    FROM runs AS r
    JOIN account_actors AS a ON r.subject_type = 'actor' AND a.actor_id = r.subject
    UNION
    SELECT subject, low, high FROM runs WHERE subject_type = 'account'
),

networks AS (
    SELECT DISTINCT n.client_ip, r.low, r.high
    FROM client_networks AS n
    JOIN runs AS r ON r.subject_type = 'network' AND r.subject = n.network
),

chosen AS MATERIALIZED (
    SELECT q.started_at, f.host, q.extra['upstream'] AS backend, q.account_id, q.client_ip, q.status, q.duration_ms, q.path
    FROM requests AS q
    JOIN evidence_files AS f USING (evidence_id)
    SEMI JOIN members AS m ON q.account_id = m.account_id AND q.started_at >= m.low AND q.started_at < m.high
    UNION ALL
    SELECT q.started_at, f.host, q.extra['upstream'], q.account_id, q.client_ip, q.status, q.duration_ms, q.path
    FROM requests AS q
    JOIN evidence_files AS f USING (evidence_id)
    SEMI JOIN networks AS n ON q.client_ip = n.client_ip AND q.started_at >= n.low AND q.started_at < n.high
    WHERE q.account_id IS NULL
)

SELECT c.*, m.route_id
FROM chosen AS c
LEFT JOIN route_masks AS m ON m.mask = path_mask(c.path);
