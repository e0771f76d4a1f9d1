-- title: the accounts whose fetches are counted: those that took part in an incident
-- why: what an uninvolved relation fetched in ordinary use is nobody's business
-- parameters: none
SELECT account_id, min(actor_id) AS actor_id
FROM participants
WHERE role = 'participant'
GROUP BY account_id
ORDER BY account_id
