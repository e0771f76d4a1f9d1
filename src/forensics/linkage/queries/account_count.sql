-- title: how many accounts there are
-- why: the prior of an explanation
-- parameters: none
SELECT count(*) AS accounts FROM accounts
