-- title: how subjects are called in sentences
-- why: an actor by its label, with how many accounts it is of (its label may be one account's, which did not do it alone), an agent by its text,
--      a route by its pattern; what the rollups call (other) tells a reader nothing
-- parameters: none
SELECT
    actor_id AS subject,
    coalesce(label, actor_id) || if(accounts > 1 AND level <> 'same organisation', format(' (actor of {} accounts)', accounts), '') AS name
FROM actors
UNION ALL
SELECT 'agent ' || agent_id, user_agent FROM agents
UNION ALL
SELECT 'route ' || route_id, if(route = '(other)', 'other paths, each too rare to be told apart', route) FROM routes
ORDER BY subject
