-- title: what people noted
-- why: deploys, status-page posts, bans and calls are not in access logs; they are shown as told, not as observed
-- parameters: none
SELECT
    NULL AS incident_id, occurred_at, coalesce(event_type, 'note') AS event_type, coalesce(nullif(trim(message), ''), '(a note without words)') AS message, TRUE AS observed, NULL AS actor_id,
    NULL AS account_id, evidence_id, line, CAST(1 AS BIGINT) AS rows, NULL AS likelihood
FROM notes
