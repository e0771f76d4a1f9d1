-- title: ambiguous keys
-- why: names in the logs or exports that fit more than one account and therefore join none
-- parameters: none
SELECT source, key_type, key, len(account_ids) AS accounts
FROM ambiguous_keys
ORDER BY accounts DESC, source, key_type, key
