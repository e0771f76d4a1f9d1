-- title: how long requests took while a service was slow, and what they usually take
-- why: that a service was slow says little without the times. A mean of all would be that of the few that are held open for minutes: of
--      each route and minute the median counts, by its requests (geometric mean, in 1/10,000 of a natural logarithm, as in
--      scope_minutes.sql), beside what the same routes take outside the incident. What came to fail later is looked at until then: a refused
--      connection is answered at once.
-- parameters: $incidents that began with slowness; reads `incidents` as filled by detection
WITH slow AS (
    SELECT
        incident_id, scope, part, date_trunc('minute', started_at) AS low,
        coalesce(CASE WHEN kind = 'latency' THEN ended_at ELSE kind_since END, TIMESTAMP '9999-12-31') AS high
    FROM incidents
    WHERE list_contains($incidents, incident_id)
),

own AS (
    SELECT
        w.incident_id, s.route_id, s.minute >= w.low AND s.minute < w.high AS inside, s.timed,
        CAST(round(ln(s.duration_ms_p50) * 10000) AS BIGINT) AS ms
    FROM slow AS w
    JOIN service_minutes AS s ON s.duration_ms_p50 > 0
    LEFT JOIN routes AS r ON r.route_id = s.route_id
    WHERE of_scope(w.part, w.scope, s.host, s.backend, r.route, NULL)
),

usual AS (SELECT incident_id, route_id, quantile_disc(ms, 0.5) AS ms FROM own WHERE NOT inside GROUP BY incident_id, route_id)

SELECT
    o.incident_id,
    round(exp(CAST(sum(o.ms * o.timed) AS DOUBLE) / 10000 / CAST(sum(o.timed) AS DOUBLE)), 1) AS latency_ms,
    round(exp(CAST(sum(u.ms * o.timed) AS DOUBLE) / 10000 / CAST(sum(o.timed) AS DOUBLE)), 1) AS latency_usual_ms
FROM own AS o
JOIN usual AS u ON u.incident_id = o.incident_id AND u.route_id IS NOT DISTINCT FROM o.route_id
WHERE o.inside
GROUP BY o.incident_id
ORDER BY o.incident_id
