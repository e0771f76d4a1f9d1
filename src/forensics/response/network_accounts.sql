-- title: the accounts that ever used chosen networks, and how much
-- why: an address is not a person: a ban of a network hits everybody behind it
-- parameters: $networks
SELECT network, account_id, CAST(sum(requests) AS BIGINT) AS requests
FROM subject_minutes
WHERE network IN (SELECT unnest($networks)) AND account_id IS NOT NULL
GROUP BY network, account_id
ORDER BY network, account_id
