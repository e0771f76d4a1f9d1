-- title: accounts opened from the addresses that a load without an account came from
-- why: where the logs name nobody, this is where to ask next; beyond 25 of a network only the span is told
-- parameters: none
WITH opened AS (SELECT *, count(*) OVER (PARTITION BY incident_id, network) AS accounts FROM network_signups WHERE created_at IS NOT NULL)
SELECT
    incident_id, created_at AS occurred_at, 'sign-up' AS event_type,
    format('Account {} is opened from {}, an address that a part of this load came from.', account_id, address) AS message,
    TRUE AS observed, NULL AS actor_id, account_id, evidence_id, line, CAST(1 AS BIGINT) AS rows, NULL AS likelihood
FROM opened
WHERE accounts <= 25
UNION ALL
SELECT
    incident_id, min(created_at), 'sign-up',
    format(
        '{:,} accounts are opened between {} and {} UTC from addresses of {} that a part of the load came from.', count(*),
        strftime(min(created_at), '%Y-%m-%d'), strftime(max(created_at), '%Y-%m-%d'), network
    ),
    TRUE, NULL, NULL, arg_min(evidence_id, (created_at, account_id)), arg_min(line, (created_at, account_id)), count(*), NULL
FROM opened
WHERE accounts > 25
GROUP BY incident_id, network
