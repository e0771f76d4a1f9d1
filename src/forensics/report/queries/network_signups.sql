-- title: accounts opened from the addresses that a load without an account came from
-- why: a link from a load that nobody signed in for to accounts, and no proof that they made it
-- made by: attribution/network_signups
-- parameters: $incident (NULL: all)
SELECT incident_id, network, address, account_id, actor_id, created_at, evidence_id, line
FROM network_signups
WHERE CAST($incident AS VARCHAR) IS NULL OR incident_id = $incident
ORDER BY incident_id, network, created_at, account_id
