-- title: how many things were asked for without an account, in an incident's window (0) and in some that it is compared with, taken together (1)
-- why: people come for the same things, and the more come the more of them meet; who walks through a catalogue asks for each thing once. Only
--      paths of which a place differs are things, and what failed is left out: it may be asked again
-- parameters: $starts, $ends (equally long lists of minutes, the incident's own first)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends, unnest(range(len($starts))) AS w
)

SELECT CAST(least(w.w, 1) AS INTEGER) AS w, count(*) AS requests, count(DISTINCT q.path) AS things
FROM requests AS q
JOIN windows AS w ON q.started_at >= w.starts AND q.started_at < w.ends
WHERE q.account_id IS NULL AND q.path <> path_mask(q.path) AND NOT is_failed(q.status)
GROUP BY ALL
ORDER BY ALL
