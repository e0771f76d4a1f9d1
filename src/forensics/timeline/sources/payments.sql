-- title: payments of the accounts that took part
-- why: who paid, when; one row for each account's first payment, beyond 25 accounts only the actor's first
-- parameters: none
WITH part AS (
    SELECT
        p.incident_id, p.actor_id, y.account_id, y.paid_at, y.amount, y.currency, y.status, y.evidence_id, y.line, n.label,
        row_number() OVER (PARTITION BY p.incident_id, y.account_id ORDER BY y.paid_at, y.payment_id, y.evidence_id, y.line) AS nth,
        count(*) OVER (PARTITION BY p.incident_id, y.account_id) AS payments,
        dense_rank() OVER (PARTITION BY p.incident_id, p.actor_id ORDER BY y.account_id)
        + dense_rank() OVER (PARTITION BY p.incident_id, p.actor_id ORDER BY y.account_id DESC) - 1 AS accounts
    FROM participants AS p
    JOIN payments AS y ON y.account_id = p.account_id
    LEFT JOIN actors AS n ON n.actor_id = p.actor_id
    WHERE p.role = 'participant' AND y.paid_at IS NOT NULL
)
SELECT
    incident_id, paid_at AS occurred_at, 'payment' AS event_type,
    format(
        'Account {} pays for the first time{}; payments on record: {:,}.', account_id,
        coalesce(' (' || nullif(concat_ws(', ', nullif(concat_ws(' ', printf('%.2f', amount), currency), ''), status), '') || ')', ''), payments
    ) AS message,
    TRUE AS observed, actor_id, account_id, evidence_id, line, payments AS rows, NULL AS likelihood
FROM part
WHERE nth = 1 AND accounts <= 25
UNION ALL
SELECT
    incident_id, min(paid_at), 'payment',
    format('First of {:,} payments of {:,} accounts of {}.', count(*), max(accounts), coalesce(any_value(label ORDER BY label), actor_id)), TRUE,
    actor_id, NULL, arg_min(evidence_id, (paid_at, account_id, line)), arg_min(line, (paid_at, account_id, line)), count(*), NULL
FROM part
WHERE accounts > 25
GROUP BY incident_id, actor_id
