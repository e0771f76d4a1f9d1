-- title: how a subject fetched during a run: how many things, whether it walked their ids, how evenly
-- why: a person who opens many pages leaps between ids and pauses; a program goes up the ids at an even pace
--      (reads the requests of near.sql)
-- parameters: $subjects, $subject_types, $starts, $ends lists: one run each, half-open, numbered from 0

WITH runs AS (
    SELECT
        CAST(generate_subscripts($starts, 1) - 1 AS INTEGER) AS run, unnest($subjects) AS subject, unnest($subject_types) AS subject_type,
        unnest($starts) AS low, unnest($ends) AS high
),

networks AS (
    SELECT client_ip, network_of(client_ip) AS network
    FROM (SELECT DISTINCT client_ip FROM near WHERE account_id IS NULL AND client_ip IS NOT NULL)
),

members AS (
    SELECT r.run, r.low, r.high, a.account_id
    FROM runs AS r
    JOIN account_actors AS a ON r.subject_type = 'actor' AND a.actor_id = r.subject
    UNION ALL
    SELECT run, low, high, subject FROM runs WHERE subject_type = 'account'
),

fetched AS (
    SELECT m.run, q.started_at, q.account_id AS client, r.route, route_object(q.path, r.route) AS object
    FROM near AS q
    JOIN members AS m ON q.account_id = m.account_id AND q.started_at >= m.low AND q.started_at < m.high
    JOIN routes AS r ON r.route_id = q.route_id
    WHERE r.object_kind IS NOT NULL AND NOT is_failed(q.status)
    UNION ALL
    SELECT n.run, q.started_at, q.client_ip, r.route, route_object(q.path, r.route)
    FROM near AS q
    JOIN networks AS w ON w.client_ip = q.client_ip
    JOIN runs AS n ON n.subject_type = 'network' AND n.subject = w.network AND q.started_at >= n.low AND q.started_at < n.high
    JOIN routes AS r ON r.route_id = q.route_id
    WHERE q.account_id IS NULL AND r.object_kind IS NOT NULL AND NOT is_failed(q.status)
),

steps AS (
    SELECT
        run, route, client, object, started_at,
        try_cast(object AS HUGEINT) - lag(try_cast(object AS HUGEINT)) OVER own AS step,
        lead(try_cast(object AS HUGEINT)) OVER own - try_cast(object AS HUGEINT) AS next_step,
        date_diff('millisecond', lag(started_at) OVER own, started_at) AS pause
    FROM fetched
    WINDOW own AS (PARTITION BY run, route, client ORDER BY started_at, object)
),

routes_of AS (SELECT run, route, count(*) AS fetches FROM steps GROUP BY run, route),

-- a run that is sought by the day holds its subject's ordinary requests, too: it is from the first to the last hour that was mostly walked
walked AS (
    SELECT run, min(started_at) FILTER (next_step BETWEEN 1 AND 20) AS first_at, max(started_at) FILTER (step BETWEEN 1 AND 20) AS last_at
    FROM steps
    GROUP BY run, date_trunc('hour', started_at)
    HAVING count(*) FILTER (step BETWEEN 1 AND 20) >= greatest(5, 0.5 * count(*) FILTER (step IS DISTINCT FROM 0))
),

bounds AS (SELECT run, min(first_at) AS walked_from, max(last_at) AS walked_until FROM walked GROUP BY run)

SELECT
    s.run, count(*) AS fetches, count(DISTINCT s.object) AS objects,
    count(*) FILTER (s.step = 0) AS again,              -- the same thing once more is no step: whoever fetches each twice walks all the same
    count(*) FILTER (s.step BETWEEN 1 AND 20) AS forward, count(*) FILTER (s.step <> 0) AS stepped,
    quantile_disc(s.pause, 0.25) AS pause_low, quantile_disc(s.pause, 0.5) AS pause_middle, quantile_disc(s.pause, 0.75) AS pause_high,
    min(s.started_at) AS first_at, max(s.started_at) AS last_at,
    (SELECT b.walked_from FROM bounds AS b WHERE b.run = s.run) AS walked_from,
    (SELECT b.walked_until FROM bounds AS b WHERE b.run = s.run) AS walked_until,
    (SELECT arg_max(o.route, (o.fetches, o.route)) FROM routes_of AS o WHERE o.run = s.run) AS route,
    (SELECT any_value(a.label) FROM runs AS r JOIN actors AS a ON r.subject_type = 'actor' AND a.actor_id = r.subject WHERE r.run = s.run) AS label
FROM steps AS s
GROUP BY s.run
ORDER BY s.run
