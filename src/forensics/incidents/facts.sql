-- title: what each incident did to requests and accounts
-- why: whom it hurt, and whether it hurt anybody but one broken client
-- parameters: $much (share of a surge's requests that a robot makes); reads `incidents` as filled by detection, with scope and boundaries

WITH spans AS (
    SELECT
        incident_id, started_at, coalesce(ended_at, TIMESTAMP '9999-12-31') AS ended_at,
        scope, CASE WHEN scope = 'everything' THEN 'everything' ELSE part END AS part
    FROM incidents
),

inside AS (
    SELECT
        s.incident_id, q.account_id, coalesce(q.account_id, q.client_ip) AS subject, is_failed(q.status) AS failed,
        is_refused(q.status) AS refused, CASE WHEN is_refused(q.status) THEN q.status END AS refused_as,
        q.status = 499 AS given_up, q.status IS NOT NULL AS answered, q.duration_ms IS NOT NULL AS timed
    FROM requests AS q
    JOIN evidence_files AS f USING (evidence_id)
    JOIN spans AS s ON q.started_at BETWEEN s.started_at AND s.ended_at
    LEFT JOIN route_masks AS m ON m.mask = CASE WHEN s.part = 'route' THEN path_mask(q.path) END  -- cut only where it matters
    LEFT JOIN routes AS r ON r.route_id = m.route_id
    WHERE of_scope(s.part, s.scope, host_of(q.extra, f.host), q.extra['upstream'], r.route, q.user_agent)
),

paid AS (
    -- As the systems of exports/systems call a payment that was made or is on its way; a card that was only checked (nothing) is none, nor is money that
    -- went back.
    SELECT account_id
    FROM payments
    WHERE account_id IS NOT NULL AND coalesce(amount, 1) > 0
        AND (payment_id IS NOT NULL OR paid_at IS NOT NULL OR amount IS NOT NULL)  -- a provider's list of customers says who pays with what, and no more
        AND coalesce(regexp_replace(lower(strip_accents(status)), '[^a-z]+', '', 'g'), 'paid') IN (
            'paid', 'succeeded', 'success', 'successful', 'complete', 'completed', 'captured', 'approved', 'authorized', 'authorised', 'settled',
            'settling', 'submittedforsettlement', 'settlementpending', 'settlementconfirmed',               -- Braintree
            'sentforsettle', 'settledbulk', 'settledinstallment', 'settledexternally', 'settledexternallywithinfo', 'capture',  -- Adyen
            'cleared', 'processed', 'partiallyrefunded', 'canceledreversal',                                -- PayPal
            'abgeschlossen', 'termine', 'completado', 'completada'                                          -- PayPal in other languages
        )
),

paying AS (
    SELECT account_id FROM paid
    UNION
    SELECT account_id FROM accounts WHERE lower(plan) NOT IN ('free', 'trial', 'none', '', 'frei', 'kostenlos', 'gratis', 'gratuit', 'gratuito')
),

by_subject AS (
    SELECT
        incident_id, subject, account_id, count(*) AS requests, count(*) FILTER (failed) AS failed,
        count(*) FILTER (refused) AS refused, count(*) FILTER (given_up) AS given_up, count(*) FILTER (failed OR given_up) AS unserved, count(*) FILTER (failed OR refused) AS sent_away,
        count(*) FILTER (answered) AS answered, count(*) FILTER (timed) AS timed,
        account_id IS NULL AND count(*) >= $much * sum(count(*)) OVER (PARTITION BY incident_id) AS busy_stranger
    FROM inside
    GROUP BY incident_id, subject, account_id
),

known AS (SELECT EXISTS (SELECT 1 FROM paid) OR EXISTS (SELECT 1 FROM accounts WHERE plan IS NOT NULL) AS who_pays),

refusals AS (SELECT incident_id, refused_as, count(*) AS requests FROM inside WHERE refused GROUP BY incident_id, refused_as)

SELECT
    s.incident_id, CAST(sum(s.requests) AS BIGINT) AS requests, CAST(sum(s.failed) AS BIGINT) AS failed_requests,
    count(s.account_id) FILTER (s.failed > 0) AS affected_accounts,
    CASE WHEN (SELECT who_pays FROM known) THEN count(p.account_id) FILTER (s.failed > 0) END AS affected_paying_accounts,
    CAST(coalesce(sum(s.failed) FILTER (s.account_id IS NOT NULL), 0) AS BIGINT) AS failed_requests_of_accounts,
    count(s.account_id) FILTER (s.unserved > 0) AS unserved_accounts,     -- those who gave up waiting met a failure too, where most did
    CASE WHEN (SELECT who_pays FROM known) THEN count(p.account_id) FILTER (s.unserved > 0) END AS unserved_paying_accounts,
    CAST(coalesce(sum(s.unserved) FILTER (s.account_id IS NOT NULL), 0) AS BIGINT) AS unserved_requests_of_accounts,
    count(s.account_id) FILTER (s.sent_away > 0) AS sent_away_accounts,   -- nor was anybody served whom the service sent away
    CASE WHEN (SELECT who_pays FROM known) THEN count(p.account_id) FILTER (s.sent_away > 0) END AS sent_away_paying_accounts,
    CAST(coalesce(sum(s.sent_away) FILTER (s.account_id IS NOT NULL), 0) AS BIGINT) AS sent_away_requests_of_accounts,
    CAST(coalesce(sum(s.requests) FILTER (s.account_id IS NOT NULL), 0) AS BIGINT) AS requests_of_accounts,
    CAST(sum(s.answered) AS BIGINT) AS answered, CAST(sum(s.timed) AS BIGINT) AS timed,
    CAST(sum(s.refused) AS BIGINT) AS refused_requests, max(s.refused) AS most_refused_by_one,
    CAST(sum(s.given_up) AS BIGINT) AS given_up,                            -- nginx writes 499 where whoever asked did not wait for the answer
    count(*) AS subjects, count(*) FILTER (s.refused > 0) AS refused_subjects,
    (SELECT arg_max(r.refused_as, (r.requests, r.refused_as)) FROM refusals AS r WHERE r.incident_id = s.incident_id) AS refused_as,
    list(s.subject ORDER BY s.subject) FILTER (s.busy_stranger AND s.subject IS NOT NULL) AS robots,
    CAST(coalesce(sum(s.requests) FILTER (s.busy_stranger AND s.subject IS NOT NULL), 0) AS BIGINT) AS made_by_robots,
    count(*) FILTER (s.failed > 0) AS failing_subjects, max(s.failed) AS most_failed_by_one,
    arg_max(s.requests, (s.failed, s.subject)) AS requests_of_that_one,
    (SELECT only_failures FROM outcomes_logged) AS only_failures
FROM by_subject AS s
LEFT JOIN paying AS p ON p.account_id = s.account_id
GROUP BY s.incident_id
ORDER BY s.incident_id
