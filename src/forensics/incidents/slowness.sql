-- title: how long requests took while a service was slow, and before
-- why: that a service was slow says little without the times; of the minutes' means the middle one, the worst, and the middle one of the
--      minutes shown before. What came to fail later is looked at until then: a refused connection is answered at once.
-- parameters: $incidents that began with slowness; reads `incidents` and `incident_minutes` as filled by detection
SELECT
    i.incident_id,
    quantile_disc(m.latency_ms, 0.5) FILTER (m.minute >= date_trunc('minute', i.started_at)) AS latency_ms,
    max(m.latency_ms) FILTER (m.minute >= date_trunc('minute', i.started_at)) AS latency_worst_ms,
    quantile_disc(m.latency_ms, 0.5) FILTER (m.minute < date_trunc('minute', i.started_at)) AS latency_before_ms
FROM incidents AS i
JOIN incident_minutes AS m ON m.incident_id = i.incident_id
    AND m.minute < coalesce(CASE WHEN i.kind = 'latency' THEN i.ended_at ELSE i.kind_since END, TIMESTAMP '9999-12-31')
WHERE list_contains($incidents, i.incident_id)
GROUP BY i.incident_id
ORDER BY i.incident_id
