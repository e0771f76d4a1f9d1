-- title: numbered names opened within days
-- why: mailboxes that differ in a number only (shop81, shop82 ... at one service), opened within three days of one another, are one person's
--      series. A common name that people take with a number at any time (john1, john77) is left out: most of its accounts are elsewhere.
-- weigh: family=person level=operator m=0.3 chance=0.5 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH named AS (
    SELECT
        account_id, created_at, evidence_id, line, lower(split_part(email, '@', -1)) AS host,
        regexp_replace(lower(split_part(split_part(email, '@', 1), '+', 1)), '\d+', '#', 'g') AS stem
    FROM accounts
    WHERE created_at IS NOT NULL AND contains(email, '@') AND regexp_matches(split_part(email, '@', 1), '\d')
),
steps AS (
    SELECT
        *, count(*) OVER (PARTITION BY host, stem) AS alike,
        sum(CASE WHEN gap <= INTERVAL 3 DAY THEN 0 ELSE 1 END) OVER (PARTITION BY host, stem ORDER BY created_at, account_id ROWS UNBOUNDED PRECEDING) AS chain
    FROM (SELECT *, created_at - lag(created_at) OVER (PARTITION BY host, stem ORDER BY created_at, account_id) AS gap FROM named)
    WHERE length(regexp_replace(stem, '[^\p{L}]', '', 'g')) >= 4
)
SELECT
    account_id, 'sign_up_names' AS identifier_type,
    stem || '@' || host || ' ' || strftime(min(created_at) OVER (PARTITION BY host, stem, chain), '%Y-%m-%d') AS identifier_value,
    created_at AS first_at, created_at AS last_at, 1 AS uses, evidence_id, line
FROM steps
QUALIFY count(*) OVER (PARTITION BY host, stem, chain) >= greatest(3, 0.5 * alike);
