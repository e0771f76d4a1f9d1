-- title: accounts opened from, or seen at, the addresses that a load without an account came from
-- why: where the logs name nobody, this is where to ask next; beyond 25 of a network only the span is told
-- parameters: none
WITH known AS (
    SELECT *, count(DISTINCT account_id) OVER (PARTITION BY incident_id, network, how) AS accounts
    FROM network_accounts
    WHERE first_at IS NOT NULL AND how <> 'let in at'
)
SELECT
    incident_id, first_at AS occurred_at, if(how = 'opened from', 'sign-up', 'account seen') AS event_type,
    format(
        'Account {} is {} {}, an address that a part of this load came from{}.', account_id, if(how = 'opened from', 'opened from', 'seen at'), address,
        if(last_at > first_at, format(' ({:,} times until {} UTC)', uses, strftime(last_at, '%Y-%m-%d %H:%M')), '')
    ) AS message,
    TRUE AS observed, NULL AS actor_id, account_id, evidence_id, line, CAST(uses AS BIGINT) AS rows, NULL AS likelihood
FROM known
WHERE accounts <= 25
UNION ALL
SELECT
    incident_id, min(first_at), if(how = 'opened from', 'sign-up', 'account seen'),
    format(
        '{:,} accounts are {} addresses of {} that a part of the load came from, between {} and {} UTC.', any_value(accounts),
        if(how = 'opened from', 'opened from', 'seen at'), network, strftime(min(first_at), '%Y-%m-%d'), strftime(max(last_at), '%Y-%m-%d')
    ),
    TRUE, NULL, NULL, arg_min(evidence_id, (first_at, account_id)), arg_min(line, (first_at, account_id)), CAST(any_value(accounts) AS BIGINT), NULL
FROM known
WHERE accounts > 25
GROUP BY incident_id, network, how
UNION ALL
-- Passwords are tried from everywhere: who was let in is told together; that their passwords had been guessed is not seen, and is said in the report.
SELECT
    incident_id, min(first_at), 'accounts let in',
    format(
        '{} let in from addresses that were denied otherwise, the last at {} UTC.',
        if(count(DISTINCT account_id) = 1, '1 account was', format('{:,} accounts were', count(DISTINCT account_id))),
        strftime(max(first_at), '%Y-%m-%d %H:%M')
    ),
    TRUE, NULL, NULL, arg_min(evidence_id, (first_at, account_id)), arg_min(line, (first_at, account_id)), count(DISTINCT account_id), NULL
FROM network_accounts
WHERE how = 'let in at'
GROUP BY incident_id
