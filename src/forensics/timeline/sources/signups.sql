-- title: sign-ups of the accounts that took part
-- why: accounts made together shortly before are a different story from old customers; beyond 25 only the span is told
-- parameters: none
WITH part AS (
    SELECT
        p.incident_id, p.actor_id, a.account_id, a.created_at, a.plan, a.evidence_id, a.line, n.label,
        count(*) OVER (PARTITION BY p.incident_id, p.actor_id) AS accounts
    FROM participants AS p
    JOIN accounts AS a ON a.account_id = p.account_id
    LEFT JOIN actors AS n ON n.actor_id = p.actor_id
    WHERE p.role = 'participant' AND a.created_at IS NOT NULL
)
SELECT
    incident_id, created_at AS occurred_at, 'sign-up' AS event_type,
    format('Account {} signs up{}.', account_id, coalesce(' (plan ' || plan || ')', '')) AS message, TRUE AS observed, actor_id, account_id,
    evidence_id, line, CAST(1 AS BIGINT) AS rows, NULL AS likelihood
FROM part
WHERE accounts <= 25
UNION ALL
SELECT
    incident_id, min(created_at), 'sign-up',
    format(
        '{:,} accounts of {} sign up between {} and {} UTC.', count(*), coalesce(any_value(label ORDER BY label), actor_id),
        strftime(min(created_at), '%Y-%m-%d'), strftime(max(created_at), '%Y-%m-%d')
    ),
    TRUE, actor_id, NULL, arg_min(evidence_id, (created_at, account_id)), arg_min(line, (created_at, account_id)), count(*), NULL
FROM part
WHERE accounts > 25
GROUP BY incident_id, actor_id
