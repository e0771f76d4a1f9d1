-- title: responses that turned a participant away (401, 403, 429)
-- why: mitigation as the logs show it: when the service began to refuse an actor, and whether the actor went on. A stray refusal among many
--      answers is none: only minutes count in which a fifth of what the account asked was refused in that way. Nor is a limit that met all
--      who asked: of those who took no part half as much (in shares) must not have been refused in those minutes, for whatever reason. What
--      came after a later incident in which the account took part is told there.
-- parameters: none
WITH took_part AS (
    SELECT p.incident_id, p.actor_id, p.account_id, p.first_at, min(n.first_at) AS next_at
    FROM participants AS p
    LEFT JOIN incidents AS i ON i.incident_id = p.incident_id
    LEFT JOIN participants AS n ON n.account_id = p.account_id AND n.role = 'participant' AND n.first_at > i.ended_at
    WHERE p.role = 'participant'
    GROUP BY p.incident_id, p.actor_id, p.account_id, p.first_at
),
by_minute AS (
    SELECT
        p.incident_id, p.actor_id, r.account_id, r.status, date_trunc('minute', r.started_at) AS minute,
        min(r.started_at) AS first_at, max(r.started_at) AS last_at, count(*) AS requests,
        arg_min({'evidence_id': r.evidence_id, 'line': r.line}, (r.started_at, r.evidence_id, r.line)) AS first
    FROM requests AS r
    JOIN took_part AS p ON p.account_id = r.account_id
    WHERE r.status IN (401, 403, 429) AND r.started_at >= p.first_at AND r.started_at < coalesce(p.next_at, TIMESTAMP 'infinity')
    GROUP BY p.incident_id, p.actor_id, r.account_id, r.status, minute
),
asked AS (
    SELECT account_id, minute, sum(requests) AS requests
    FROM subject_minutes
    WHERE account_id IN (SELECT account_id FROM participants)
    GROUP BY account_id, minute
),
-- All others, minute by minute.
bystanders AS (
    SELECT i.incident_id, s.minute, s.requests - i.requests AS requests, s.refused - i.refused AS refused
    FROM (SELECT minute, sum(requests) AS requests, sum(refused) AS refused FROM service_minutes GROUP BY minute) AS s
    JOIN (
        SELECT m.incident_id, m.minute, sum(a.requests) AS requests, sum(m.requests) AS refused
        FROM (SELECT incident_id, account_id, minute, sum(requests) AS requests FROM by_minute GROUP BY ALL) AS m
        JOIN asked AS a ON a.account_id = m.account_id AND a.minute = m.minute
        GROUP BY m.incident_id, m.minute
    ) AS i ON i.minute = s.minute
),
refused AS (
    SELECT
        m.incident_id, m.actor_id, m.account_id, m.status, min(m.first_at) AS first_at, max(m.last_at) AS last_at,
        sum(m.requests) AS requests, arg_min(m.first, (m.first_at, m.first)) AS first
    FROM by_minute AS m
    LEFT JOIN asked AS a ON a.account_id = m.account_id AND a.minute = m.minute
    LEFT JOIN bystanders AS b ON b.incident_id = m.incident_id AND b.minute = m.minute
    WHERE m.requests >= 0.2 * coalesce(a.requests, 0)
    GROUP BY m.incident_id, m.actor_id, m.account_id, m.status
    HAVING coalesce(sum(m.requests) / nullif(sum(a.requests), 0), 1.0) > 2.0 * coalesce(sum(b.refused) / nullif(sum(b.requests), 0), 0.0)
),
actor AS (
    SELECT
        f.incident_id, f.actor_id, f.status, min(f.first_at) AS first_at, max(f.last_at) AS last_at, CAST(sum(f.requests) AS BIGINT) AS requests,
        count(*) AS accounts, arg_min(f.first, (f.first_at, f.account_id)) AS first, any_value(n.label ORDER BY n.label) AS label
    FROM refused AS f
    LEFT JOIN actors AS n ON n.actor_id = f.actor_id
    GROUP BY f.incident_id, f.actor_id, f.status
)
SELECT
    incident_id, first_at AS occurred_at, 'blocked' AS event_type,
    format(
        'The service begins to refuse {} with status {}: {:,} request{} of {:,} account{} until {} UTC.', coalesce(label, actor_id), status,
        requests, if(requests = 1, '', 's'), accounts, if(accounts = 1, '', 's'), strftime(last_at, '%Y-%m-%d %H:%M')
    ) AS message,
    TRUE AS observed, actor_id, NULL AS account_id, first.evidence_id AS evidence_id, first.line AS line, requests AS rows, NULL AS likelihood
FROM actor
