-- title: what operators noted shortly before an incident
-- why: a deploy, or another change of the service, before a failure is a rival explanation; where there are such changes all day, one shortly before
--      says little. What operators do about a failure (restarts, rollbacks, blocks) is no change that led to it
-- parameters: $start, $end
WITH told AS (
    SELECT
        occurred_at, message, event_type,
        regexp_matches(
            lower(concat_ws(' ', event_type, message)),
            'deploy|\brelease[ds]?\b|\broll(?:ed|ing)?[ -]?out\b|\bpurg(?:e[ds]?|ing)\b|cache (?:clear|flush|invalidat)|(?:clear|flush|invalidat)[a-z]* (?:the )?[a-z ]*cache|'
            || '\bmigrat|\bfeature[ -]flag|\bconfig(?:uration)?\b|\bupgrad|\bcut-?over\b|\bschema change|\bmaintenance\b'
        ) AS deploy
    FROM notes
),
logged AS (SELECT min(first_at) AS first_at, max(last_at) AS last_at FROM evidence_files WHERE kind = 'log'),
usual AS (
    SELECT greatest(count(*) - 1, 0) / nullif(epoch(any_value(l.last_at) - any_value(l.first_at)) / 60, 0) AS a_minute
    FROM told AS t
    JOIN logged AS l ON t.occurred_at BETWEEN l.first_at AND l.last_at
    WHERE t.deploy
)
SELECT t.occurred_at, t.message, t.event_type, t.deploy, coalesce(u.a_minute, 0.0) AS other_deploys_a_minute
FROM told AS t, usual AS u
WHERE t.occurred_at >= $start AND t.occurred_at < $end
ORDER BY t.occurred_at, t.message
