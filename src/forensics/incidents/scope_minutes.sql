-- title: minutes of everything, of each host, backend and route
-- why: every detector looks at the same few series. Latency is a ratio to what the same route usually takes (geometric mean over requests,
--      in 1/10,000 of a natural logarithm), so that a change in the mix of routes is no change in latency. A route that was asked for within
--      hours alone (what a flood asks for) has no usual: how slow it was then is all that is known. Rows come in any order: each has its place
--      by its part, name and minute, and sorting takes as long as all the rest.
-- parameters: $most_parts hosts, backends and routes that are looked at, each by number of requests; $most_failing further ones, by number of failures, of $least_failed at least

WITH typical AS (
    SELECT route_id, quantile_disc(duration_ms_p50, 0.5) AS usual_ms
    FROM service_minutes
    WHERE duration_ms_p50 > 0
    GROUP BY route_id
    HAVING max(minute) - min(minute) >= least(INTERVAL 3 HOURS, (SELECT (max(minute) - min(minute)) / 4 FROM service_minutes))
),

minutes AS (
    SELECT
        s.minute, s.host, s.backend, r.route, s.requests, s.failed, s.refused, s.answered, s.timed, s.first_at, s.last_at,
        CASE WHEN s.timed > 0 AND s.duration_ms_p50 > 0
            THEN CAST(round(ln(s.duration_ms_p50 / t.usual_ms) * 10000) AS BIGINT) * s.timed END AS slowness,
        CASE WHEN s.duration_ms_p50 > 0 AND t.usual_ms IS NOT NULL THEN s.timed ELSE 0 END AS slow_timed
    FROM service_minutes AS s
    LEFT JOIN routes AS r ON r.route_id = s.route_id
    LEFT JOIN typical AS t ON t.route_id IS NOT DISTINCT FROM s.route_id
),

parts AS (
    SELECT 'host' AS part, host AS name, sum(requests) AS requests, sum(failed) AS failed FROM minutes WHERE host IS NOT NULL GROUP BY host
    UNION ALL SELECT 'backend', backend, sum(requests), sum(failed) FROM minutes WHERE backend IS NOT NULL GROUP BY backend
    UNION ALL SELECT 'route', route, sum(requests), sum(failed) FROM minutes WHERE route IS NOT NULL GROUP BY route
),

kept AS (
    SELECT part, name, requests
    FROM parts
    QUALIFY (
            row_number() OVER (PARTITION BY part ORDER BY requests DESC, name) <= $most_parts
            OR failed >= $least_failed AND row_number() OVER (PARTITION BY part ORDER BY failed DESC, name) <= $most_failing
        ) AND count(*) OVER (PARTITION BY part) > 1
),

long AS (
    SELECT 'everything' AS part, 'everything' AS name, * FROM minutes
    UNION ALL SELECT 'host', m.host, m.* FROM minutes AS m WHERE m.host IN (SELECT name FROM kept WHERE part = 'host')
    UNION ALL SELECT 'backend', m.backend, m.* FROM minutes AS m WHERE m.backend IN (SELECT name FROM kept WHERE part = 'backend')
    UNION ALL SELECT 'route', m.route, m.* FROM minutes AS m WHERE m.route IN (SELECT name FROM kept WHERE part = 'route')
)

SELECT
    part, name, minute, CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(failed) AS BIGINT) AS failed,
    CAST(sum(answered) AS BIGINT) AS answered, CAST(coalesce(sum(refused), 0) AS BIGINT) AS refused, CAST(sum(slow_timed) AS BIGINT) AS timed,
    CAST(coalesce(sum(slowness), 0) AS BIGINT) AS slowness,
    epoch_us(min(first_at)) - epoch_us(minute) AS first_us, epoch_us(max(last_at)) - epoch_us(minute) AS last_us
FROM long
GROUP BY part, name, minute
