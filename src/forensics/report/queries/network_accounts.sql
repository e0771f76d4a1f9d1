-- title: accounts known at the addresses that a load without an account came from
-- why: a link from a load that nobody signed in for to accounts, and no proof that they made it
-- made by: attribution/network_accounts
-- parameters: $incident (NULL: all)
SELECT n.incident_id, n.network, n.address, n.how, n.account_id, a.email, n.actor_id, n.first_at, n.last_at, n.uses, n.evidence_id, n.line
FROM network_accounts AS n
JOIN accounts AS a USING (account_id)
WHERE CAST($incident AS VARCHAR) IS NULL OR n.incident_id = $incident
ORDER BY n.incident_id, n.network, n.how, n.first_at, n.account_id, n.address
