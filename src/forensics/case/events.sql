-- title: the views over the event store
-- why: an evidence file's Parquet holds what was parsed from it and nothing learned elsewhere; duplicates, accounts, tiers and
--      clock offsets are joined here, so that evidence may arrive in any order and the answer is the same.
-- parameters: none (a view takes none); Case.refresh_events puts in STORED_EVENTS, the relation of all stored events, by SHA-256 names only,
--      CLOCK_OFFSET, which goes where no clock is off: then a stretch of time is found by the statistics of the Parquet files; and LOG_USER,
--      by what the log names who asked.

CREATE OR REPLACE VIEW stored_events AS STORED_EVENTS;

CREATE OR REPLACE VIEW events AS
SELECT
    e.evidence_id, e.line, e.timestamp,
    e.started_at + CLOCK_OFFSET AS started_at,
    e.client_ip, e.user_name, u.account_id, e.method, e.host, e.path, e.query, e.protocol, e.status, e.bytes_sent, e.duration_ms,
    e.referrer, e.user_agent, e.request, e.extra
FROM stored_events AS e
ANTI JOIN duplicates AS d ON e.evidence_id = d.evidence_id AND e.line = d.line
LEFT JOIN tiers AS t ON e.evidence_id = t.evidence_id
LEFT JOIN (SELECT key_type, key, account_id FROM account_aliases WHERE source = 'log') AS u ON LOG_USER;

-- What every rate counts: one tier of each request. (Not by the view ``evidence``: to plan it takes longer than to read a small case.)
CREATE OR REPLACE VIEW requests AS
SELECT e.*, f.host AS logged_by
FROM events AS e
JOIN evidence_files AS f ON e.evidence_id = f.evidence_id
ANTI JOIN (SELECT evidence_id FROM tiers WHERE NOT counted) AS t ON e.evidence_id = t.evidence_id;
