-- title: one evidence file and line for each row of the story that has none yet
-- why: a boundary or a phase is a statement about many requests; the reader has to be able to open one of them. It is the request nearest
--      to the row's time that shows what the row says: one that failed, was refused or slow (impact, outage, peak: what the incident was
--      then), one that was served (mitigation, recovery), one of those who took part (rise, threshold, attribution), at or after that time,
--      or at or before it where something ends. Slow is, as for the boundaries, more than three times what the route usually takes.
--      One pass over the requests, of the few minutes around the rows only; a row in the middle of a silence keeps no line
-- parameters: none; reads `timeline` as the sources filled it

UPDATE timeline SET evidence_id = found.evidence_id, line = found.line
FROM (
    WITH bare AS (
        SELECT
            t.rowid AS id, t.incident_id, t.occurred_at, i.scope, CASE WHEN i.scope = 'everything' THEN 'everything' ELSE i.part END AS part,
            t.event_type IN ('actor stops', 'phase: silence') AS before,
            CASE
                WHEN t.event_type IN ('mitigated', 'recovered', 'phase: recovered') THEN 'served'
                WHEN t.event_type IN ('attribution', 'ramp starts', 'threshold crossed', 'actor stops', 'phase: ramp') THEN 'theirs'
                WHEN i.kind IN ('surge', 'collection') THEN 'theirs'
                WHEN t.event_type NOT IN ('impact starts', 'verdict', 'peak', 'relapse', 'phase: outage', 'phase: overload', 'phase: refusing') THEN 'any'
                WHEN i.refused_requests IS NOT NULL THEN 'refused'
                WHEN i.kind = 'latency' OR (t.event_type = 'impact starts' AND i.kind_since > i.started_at) THEN 'slow'
                WHEN i.kind IN ('collapse', 'silence') THEN 'any'
                WHEN t.event_type IN ('relapse', 'phase: overload') THEN 'bad'
                ELSE 'failed'
            END AS wanted
        FROM timeline AS t
        JOIN incidents AS i ON i.incident_id = t.incident_id
        WHERE t.line IS NULL
    ),
    around AS (                                                             -- the minutes that are looked at for each row
        SELECT *, date_trunc('minute', occurred_at) + to_minutes(if(before, -step, step)) AS minute
        FROM bare, (SELECT CAST(unnest(range(4)) AS INTEGER) AS step)
    ),
    usual AS (
        SELECT route_id, quantile_disc(duration_ms_p50, 0.5) AS usual_ms FROM service_minutes WHERE duration_ms_p50 > 0 GROUP BY route_id
    ),
    near AS (
        SELECT
            w.id, q.evidence_id, q.line, abs(date_diff('microsecond', w.occurred_at, q.started_at)) AS away,
            CASE w.wanted
                WHEN 'served' THEN is_served(q.status)
                WHEN 'failed' THEN is_failed(q.status)
                WHEN 'refused' THEN is_refused(q.status)
                WHEN 'slow' THEN coalesce(q.duration_ms > 3 * u.usual_ms, FALSE)
                WHEN 'bad' THEN is_failed(q.status) OR coalesce(q.duration_ms > 3 * u.usual_ms, FALSE)
                WHEN 'theirs' THEN p.account_id IS NOT NULL
                ELSE TRUE
            END AS shows
        FROM requests AS q
        JOIN evidence_files AS f USING (evidence_id)
        JOIN around AS w ON date_trunc('minute', q.started_at) = w.minute
        LEFT JOIN (SELECT DISTINCT incident_id, account_id FROM participants WHERE role = 'participant') AS p
            ON p.incident_id = w.incident_id AND p.account_id = q.account_id
        LEFT JOIN route_masks AS m ON m.mask = CASE WHEN w.part = 'route' OR w.wanted IN ('slow', 'bad') THEN path_mask(q.path) END
        LEFT JOIN routes AS r ON r.route_id = m.route_id
        LEFT JOIN usual AS u ON u.route_id = m.route_id
        WHERE
            if(w.before, q.started_at <= w.occurred_at, q.started_at >= w.occurred_at)
            -- Actors are counted with all that they asked for.
            AND (of_scope(w.part, w.scope, host_of(q.extra, f.host), q.extra['upstream'], r.route, q.user_agent) OR (w.part = 'route' AND w.wanted = 'theirs'))
    )
    SELECT
        id, arg_min(evidence_id, (NOT shows, away, evidence_id, line)) AS evidence_id, arg_min(line, (NOT shows, away, evidence_id, line)) AS line
    FROM near
    GROUP BY id
) AS found
WHERE timeline.rowid = found.id
