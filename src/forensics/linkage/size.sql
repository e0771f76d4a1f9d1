-- title: how many accounts there are
-- why: the prior of every link
-- parameters: none
SELECT count(*) AS accounts FROM account_numbers
