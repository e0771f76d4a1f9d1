-- title: what accounts came with before an incident, by the program's name, and who else came with programs of that name
-- why: a program's version stands behind the slash; a new version of what many people use is not somebody's tool
-- parameters: $accounts, $program (the name before the slash), $before (a minute), $end
SELECT
    count(DISTINCT s.account_id) FILTER (s.minute < $before AND list_contains($accounts, s.account_id)) AS own,
    count(DISTINCT s.account_id) FILTER (s.minute < $before AND NOT list_contains($accounts, s.account_id)) AS others,
    max_by(g.user_agent, s.minute) FILTER (s.minute < $before AND list_contains($accounts, s.account_id)) AS last
FROM subject_minutes AS s
JOIN agents AS g ON g.agent_id = s.agent_id
WHERE split_part(g.user_agent, '/', 1) = $program AND s.account_id IS NOT NULL AND s.minute < $end
