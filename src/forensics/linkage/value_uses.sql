-- title: who uses which shared value
-- why: the two-sided graph of accounts and values, the only links there are
-- parameters: none
SELECT value_no, account_no FROM value_uses ORDER BY value_no, account_no
