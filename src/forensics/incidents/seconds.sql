-- title: seconds around boundaries
-- why: minutes say where an incident begins and ends, seconds say when; reads the requests of near.sql.
--      A request is bad when it failed, or took more than three times what its route usually takes.
-- parameters: $starts, $ends lists of TIMESTAMP: half-open ranges, numbered from 0; $programs: whether programs are told apart

WITH ranges AS (
    SELECT CAST(generate_subscripts($starts, 1) - 1 AS INTEGER) AS range, unnest($starts) AS low, unnest($ends) AS high
),

usual AS (
    SELECT route_id, quantile_disc(duration_ms_p50, 0.5) AS usual_ms FROM service_minutes WHERE duration_ms_p50 > 0 GROUP BY route_id
),

minutes AS (
    SELECT range, low, high, unnest(generate_series(date_trunc('minute', low), high, INTERVAL 1 MINUTE)) AS minute FROM ranges
),

seen AS (
    SELECT
        g.range, q.started_at, q.host, q.backend, r.route, if($programs, program_of(q.user_agent), NULL) AS program,
        is_failed(q.status) AS failed, is_refused(q.status) AS refused,
        is_failed(q.status) OR coalesce(q.duration_ms > 3 * u.usual_ms, FALSE) AS bad
    FROM near AS q
    JOIN minutes AS g ON date_trunc('minute', q.started_at) = g.minute AND q.started_at >= g.low AND q.started_at < g.high
    LEFT JOIN routes AS r ON r.route_id = q.route_id
    LEFT JOIN usual AS u ON u.route_id = q.route_id
)

SELECT
    range, date_trunc('second', started_at) AS second, host, backend, route, program, count(*) AS requests,
    count(*) FILTER (failed) AS failed, count(*) FILTER (refused) AS refused, count(*) FILTER (bad) AS bad,
    min(started_at) AS first_at, max(started_at) AS last_at,
    min(started_at) FILTER (failed) AS first_failed_at, max(started_at) FILTER (failed) AS last_failed_at,
    min(started_at) FILTER (refused) AS first_refused_at, max(started_at) FILTER (refused) AS last_refused_at,
    min(started_at) FILTER (bad) AS first_bad_at, max(started_at) FILTER (bad) AS last_bad_at,
    min(started_at) FILTER (NOT bad) AS first_good_at
FROM seen
GROUP BY ALL
ORDER BY ALL
