-- title: what people noted
-- why: deploys, status-page posts, bans and calls are not in access logs; they are shown as told, not as observed. What tools have recorded
--      (every deploy of a month) is shown from six hours before an incident to an hour after it
-- parameters: none
SELECT
    NULL AS incident_id, n.occurred_at, coalesce(n.event_type, 'note') AS event_type,
    coalesce(nullif(trim(n.message), ''), '(a note without words)') AS message, TRUE AS observed, NULL AS actor_id,
    NULL AS account_id, n.evidence_id, n.line, CAST(1 AS BIGINT) AS rows, NULL AS likelihood
FROM notes AS n
LEFT JOIN evidence_files AS f USING (evidence_id)
WHERE
    coalesce(f.format IN ('csv', 'markdown'), TRUE)
    OR EXISTS (
        FROM incidents AS i
        WHERE n.occurred_at BETWEEN coalesce(i.ramp_started_at, i.started_at) - INTERVAL 6 HOUR AND coalesce(i.ended_at, TIMESTAMP 'infinity') + INTERVAL 1 HOUR
    )
