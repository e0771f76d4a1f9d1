-- title: what the event views have to put right
-- why: the columns are the conditions of the lines of events.sql
-- parameters: none
SELECT repeated, off, NOT off AS "on time", keyed, by_url AS "keyed by URL", by_session AS "keyed by session", told
FROM (
    SELECT
        EXISTS (SELECT 1 FROM duplicates) AS repeated,
        EXISTS (SELECT 1 FROM tiers WHERE clock_offset_seconds <> 0) AS off,
        EXISTS (SELECT 1 FROM account_aliases WHERE source = 'log' AND key_type = 'api_key') AS keyed,
        EXISTS (SELECT 1 FROM account_aliases WHERE source = 'log' AND key_type = 'url_key') AS by_url,
        EXISTS (SELECT 1 FROM account_aliases WHERE source = 'log' AND key_type = 'session') AS by_session,
        EXISTS (SELECT 1 FROM told_users) AS told
)
