-- title: the accounts of chosen actors
-- why: accounts that asked for nothing on that day are uninvolved, and must be listed as such
-- parameters: $actors
SELECT DISTINCT account_id FROM owners WHERE actor_id IN (SELECT unnest($actors)) ORDER BY account_id
