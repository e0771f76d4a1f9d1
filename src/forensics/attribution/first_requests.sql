-- title: first and last request of each account in a window, with the evidence line of the first
-- why: every claim leads to an evidence file and line
-- parameters: $accounts, $start, $end
SELECT
    account_id, min(started_at) AS first_at, max(started_at) AS last_at,
    min_by(evidence_id, (started_at, evidence_id, line)) AS evidence_id, min_by(line, (started_at, evidence_id, line)) AS line
FROM requests
WHERE started_at >= $start AND started_at < $end AND account_id IN (SELECT unnest($accounts))
GROUP BY account_id
ORDER BY account_id
