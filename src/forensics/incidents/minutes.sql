-- title: what the service did, and who asked, minute by minute
-- why: everything after these two tables is small and independent of the number of events. Durations are summed as whole
--      microseconds: a sum of doubles would depend on the order in which threads add.
--      A path outside `route_masks` (no path at all) has route_id NULL.
-- parameters: $low, $high: the stretch of time (half-open)

CREATE OR REPLACE TEMP TABLE counted AS
SELECT
    q.started_at, date_trunc('minute', q.started_at) AS minute, host_of(q.extra, f.host) AS host, coalesce(k.route_id, m.route_id) AS route_id, q.extra['upstream'] AS backend,
    q.account_id, n.network, a.agent_id, q.status, q.bytes_sent, CAST(round(q.duration_ms * 1000) AS BIGINT) AS duration_us
FROM requests AS q
JOIN evidence_files AS f USING (evidence_id)
LEFT JOIN known_paths AS k ON k.path = q.path
LEFT JOIN route_masks AS m ON m.mask = CASE WHEN k.path IS NULL THEN path_mask(q.path) END
LEFT JOIN agents AS a ON a.user_agent = q.user_agent
LEFT JOIN client_networks AS n ON n.client_ip = q.client_ip
WHERE q.started_at >= $low AND q.started_at < $high;

INSERT INTO service_minutes BY NAME
SELECT
    minute, host, route_id, backend, count(*) AS requests,
    count(*) FILTER (is_failed(status)) AS failed, count(*) FILTER (is_refused(status)) AS refused,
    count(*) FILTER (is_served(status)) AS served, count(status) AS answered,
    sum(bytes_sent) AS bytes_sent, count(duration_us) AS timed, sum(duration_us) / 1000 AS duration_ms_sum,
    quantile_disc(duration_us, 0.5) / 1000 AS duration_ms_p50,
    min(started_at) AS first_at, max(started_at) AS last_at
FROM counted
GROUP BY minute, host, route_id, backend
ORDER BY minute, host, route_id, backend;

INSERT INTO subject_minutes BY NAME
SELECT
    minute, account_id, network, agent_id, route_id, count(*) AS requests, count(*) FILTER (is_failed(status)) AS failed,
    sum(duration_us) / 1000 AS duration_ms_sum
FROM counted
GROUP BY minute, account_id, network, agent_id, route_id;

DROP TABLE counted;
