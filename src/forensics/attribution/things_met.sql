-- title: how many things some accounts asked for in a span, and everybody who has an account in as many requests of the time before
-- why: people come for the same things, the more requests the more often; who walks through a catalogue asks for each thing once. Only paths
--      of which a place differs are things, and what failed is left out: it may be asked again
-- parameters: $accounts, $start, $end, $starts, $ends (the time before: equally long lists of minutes)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends
),

own AS (
    SELECT path
    FROM requests
    WHERE
        started_at >= $start AND started_at < $end AND list_contains($accounts, account_id) AND path <> path_mask(path)
        AND NOT is_failed(status)
),

usual AS (
    SELECT q.path
    FROM requests AS q
    JOIN windows AS w ON q.started_at >= w.starts AND q.started_at < w.ends
    WHERE q.account_id IS NOT NULL AND q.path <> path_mask(q.path) AND NOT is_failed(q.status)
    ORDER BY q.started_at DESC, q.path
    LIMIT (SELECT count(*) FROM own)
)

SELECT
    (SELECT count(*) FROM own) AS requests, (SELECT count(DISTINCT path) FROM own) AS things, (SELECT count(*) FROM usual) AS usual_requests,
    (SELECT count(DISTINCT path) FROM usual) AS usual_things
