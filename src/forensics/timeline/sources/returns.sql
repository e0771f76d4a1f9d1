-- title: accounts that took part and appeared after others of their actor were turned away
-- why: whoever was banned may come back under another account; that the account is tied to the banned ones is a link, not a proof
-- parameters: none
WITH back AS (
    SELECT
        p.incident_id, p.account_id, p.actor_id, p.first_at, p.evidence_id, p.line, r.blocked_at, r.actor_id AS of_actor,
        a.label, a.level, a.likelihood, r.appeared_at
    FROM participants AS p
    JOIN possible_returns AS r ON r.account_id = p.account_id
    JOIN actors AS a ON a.actor_id = r.actor_id
    WHERE p.role = 'participant'
    QUALIFY row_number() OVER (PARTITION BY p.incident_id, p.account_id ORDER BY a.accounts, r.actor_id) = 1
)
SELECT
    incident_id, first_at AS occurred_at, 'possible return' AS event_type,
    format(
        'Account {} may be a return: it appeared at {} UTC, {} after the service had begun to refuse others of {} ({}).', account_id,
        strftime(appeared_at, '%Y-%m-%d %H:%M'), lasting(appeared_at - blocked_at), coalesce(label, of_actor), level
    ) AS message,
    FALSE AS observed, actor_id, account_id, evidence_id, line, CAST(1 AS BIGINT) AS rows, likelihood
FROM back
