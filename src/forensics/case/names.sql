-- title: names that a ruling could have meant
-- why: a misspelt account is answered with the nearest ones
-- parameters: none
SELECT account_id AS name FROM accounts
UNION SELECT email FROM accounts WHERE email IS NOT NULL
ORDER BY name
LIMIT 100000
