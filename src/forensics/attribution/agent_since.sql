-- title: since when an agent is seen, and how many accounts came with it until the end of an incident
-- why: what nobody came with on any other day is new to the service
-- parameters: $agent_id, $end
SELECT min(s.minute) AS since, count(DISTINCT s.account_id) AS accounts, any_value(g.user_agent) AS user_agent
FROM subject_minutes AS s
JOIN agents AS g ON g.agent_id = s.agent_id
WHERE s.agent_id = $agent_id AND s.minute < $end
