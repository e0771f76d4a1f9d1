-- title: the names by which the logs know accounts
-- why: a proxy sees the name that was signed in with, not the id that the accounts export gives it
-- parameters: $accounts
SELECT DISTINCT account_id, user_name
FROM requests
WHERE account_id IN (SELECT unnest($accounts)) AND user_name IS NOT NULL
ORDER BY account_id, user_name
