-- title: how much was examined
-- why: the frame of every claim: files, lines, accounts
-- parameters: none
SELECT
    count(*) AS files,
    count(*) FILTER (kind = 'log') AS logs,
    CAST(coalesce(sum(lines) FILTER (kind = 'log'), 0) AS BIGINT) AS lines,
    CAST(coalesce(sum(events) FILTER (kind = 'log'), 0) AS BIGINT) AS events,
    CAST(coalesce(sum(rejected) FILTER (kind = 'log'), 0) AS BIGINT) AS rejected,
    CAST(coalesce(sum(skipped) FILTER (kind = 'log'), 0) AS BIGINT) AS skipped,
    CAST(coalesce(sum(duplicates) FILTER (kind = 'log'), 0) AS BIGINT) AS duplicates,
    min(first_at) FILTER (kind = 'log') AS first_at,
    max(last_at) FILTER (kind = 'log') AS last_at,
    (SELECT count(DISTINCT minute) FROM service_minutes) AS logged_minutes,
    (SELECT CAST(coalesce(sum(answered), 0) AS BIGINT) FROM service_minutes) AS answered,
    (SELECT CAST(coalesce(sum(failed), 0) AS BIGINT) FROM service_minutes) AS failed,
    (SELECT only_failures FROM outcomes_logged) AS only_failures,
    (SELECT count(*) FROM accounts) AS accounts,
    -- a row without id, time and amount is a customer of the payment provider, who need not have paid
    (SELECT count(*) FROM payments WHERE payment_id IS NOT NULL OR paid_at IS NOT NULL OR amount IS NOT NULL) AS payments,
    (SELECT count(*) FROM payments WHERE account_id IS NULL AND (payment_id IS NOT NULL OR paid_at IS NOT NULL OR amount IS NOT NULL)) AS unjoined_payments,
    (SELECT count(*) FROM account_aliases WHERE source = 'log' AND how = 'seen only in logs' AND EXISTS (SELECT 1 FROM account_records)) AS unjoined_users,
    (SELECT count(*) FROM actors) AS actors
FROM evidence
