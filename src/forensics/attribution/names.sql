-- title: how subjects are called in sentences
-- why: an actor by its label, an agent by its text, a route by its pattern
-- parameters: none
SELECT actor_id AS subject, coalesce(label, actor_id) AS name FROM actors
UNION ALL
SELECT 'agent ' || agent_id, user_agent FROM agents
UNION ALL
SELECT 'route ' || route_id, route FROM routes
ORDER BY subject
