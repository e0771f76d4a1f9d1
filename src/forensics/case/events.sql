-- title: the views over the event store
-- why: an evidence file's Parquet holds what was parsed from it and nothing learned elsewhere; duplicates, accounts, tiers and
--      clock offsets are joined here, so that evidence may arrive in any order and the answer is the same.
-- parameters: none (a view takes none); Case.refresh_events puts in STORED_EVENTS and COUNTED_EVENTS, the relations of all stored events and
--      of those that rates count (one tier of each request), by SHA-256 names only. A line with `only` stays where that is so: most cases
--      have neither repeated lines nor clocks that are off, and every query would pay for joins that change nothing; without an offset a
--      stretch of time is found by the statistics of the Parquet files. Who made a request is the user that the log names, else the owner of
--      the API key (its own field, or in the URL) or of the session, where these are known (elsewhere nobody waits for them to be read), else who an inner tier
--      says it was (told_users).
--      The view `requests`, what every rate counts, is `events` over `counted_events`: Case.refresh_events makes it of the same text. Whose
--      log a request is in: JOIN evidence_files USING (evidence_id), only where it matters.

CREATE OR REPLACE VIEW stored_events AS STORED_EVENTS;

CREATE OR REPLACE VIEW counted_events AS COUNTED_EVENTS;

CREATE OR REPLACE VIEW events AS
SELECT
    e.evidence_id, e.line, e.timestamp,
    e.started_at + to_microseconds(CAST(coalesce(t.clock_offset_seconds, 0) * 1000000 AS BIGINT)) AS started_at,            -- only: off
    e.started_at,                                                                                                       -- only: on time
    e.client_ip, e.user_name,
    coalesce(
        u.account_id
        , k.account_id                                                                                                  -- only: keyed
        , q.account_id                                                                                                   -- only: keyed by URL
        , s.account_id                                                                                                   -- only: keyed by session
        , o.account_id                                                                                                  -- only: told
    ) AS account_id,
    e.method, e.host, e.path, e.query, e.protocol, e.status, e.bytes_sent, e.duration_ms,
    e.referrer, e.user_agent, e.request, e.extra
FROM stored_events AS e
ANTI JOIN duplicates AS d ON e.evidence_id = d.evidence_id AND e.line = d.line                                           -- only: repeated
LEFT JOIN tiers AS t ON e.evidence_id = t.evidence_id                                                                   -- only: off
LEFT JOIN (SELECT key_type, key, account_id FROM account_aliases WHERE source = 'log') AS k                              -- only: keyed
    ON k.key_type = 'api_key' AND e.user_name IS NULL AND e.extra['api_key'] = k.key                                    -- only: keyed
LEFT JOIN (SELECT key, account_id FROM account_aliases WHERE source = 'log' AND key_type = 'url_key') AS q               -- only: keyed by URL
    ON e.user_name IS NULL AND e.extra['api_key'] IS NULL AND url_key(e.query) = q.key                                   -- only: keyed by URL
LEFT JOIN (SELECT key, account_id FROM account_aliases WHERE source = 'log' AND key_type = 'session') AS s               -- only: keyed by session
    ON e.user_name IS NULL AND e.extra['api_key'] IS NULL AND e.extra['session_id'] = s.key                              -- only: keyed by session
LEFT JOIN told_users AS w ON e.evidence_id = w.evidence_id AND e.line = w.line                                          -- only: told
LEFT JOIN (SELECT key_type, key, account_id FROM account_aliases WHERE source = 'log') AS o                              -- only: told
    ON w.key_type = o.key_type AND w.key = o.key                                                                        -- only: told
LEFT JOIN (SELECT key, account_id FROM account_aliases WHERE source = 'log' AND key_type = 'user_name') AS u ON e.user_name = u.key;
