-- title: which of some accounts asked for anything in the counted logs, at any time
-- why: an account that is in an export and in no log did nothing that these logs could show: that is not to say that it took no part
-- parameters: $accounts
SELECT DISTINCT account_id
FROM subject_minutes
WHERE account_id IN (SELECT unnest($accounts))
ORDER BY account_id
