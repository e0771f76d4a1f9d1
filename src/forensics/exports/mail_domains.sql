-- title: the email domains that occur
-- why: the public suffix list and the lists of mail services are asked once per domain
-- parameters: none
SELECT DISTINCT lower(split_part(email, '@', -1)) AS domain
FROM (
    -- DuckDB 2.0.0 fails on a column that is all NULL unless the branch itself says that it wants none
    SELECT email FROM account_records WHERE email IS NOT NULL
    UNION SELECT payer_email FROM payment_records WHERE payer_email IS NOT NULL
    UNION SELECT user_name FROM stored_events WHERE user_name IS NOT NULL
    UNION SELECT account_key FROM identifier_records WHERE account_key IS NOT NULL
    UNION SELECT account_key FROM payment_records WHERE account_key IS NOT NULL
)
WHERE email LIKE '%@_%'
ORDER BY domain
