-- title: the accounts that a name can mean
-- why: people write an account id, or the email address they know
-- parameters: $wanted
SELECT account_id FROM accounts WHERE account_id = $wanted
UNION
SELECT account_id FROM accounts
WHERE lower(email) = lower($wanted) AND NOT EXISTS (SELECT 1 FROM accounts WHERE account_id = $wanted)
ORDER BY account_id
