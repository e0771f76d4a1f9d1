-- title: the email domains that occur
-- why: the public suffix list and the lists of mail services are asked once per domain
-- parameters: none
SELECT DISTINCT lower(split_part(email, '@', -1)) AS domain
FROM (
    SELECT email FROM account_records
    UNION SELECT payer_email FROM payment_records
    UNION SELECT user_name FROM stored_events WHERE user_name IS NOT NULL -- DuckDB 2.0.0 fails on a Parquet column that is all NULL
    UNION SELECT account_key FROM identifier_records
    UNION SELECT account_key FROM payment_records
)
WHERE email LIKE '%@_%'
ORDER BY domain
