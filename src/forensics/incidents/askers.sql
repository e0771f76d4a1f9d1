-- title: user agents and networks of those who asked
-- why: each agent is numbered and each address cut once, however many requests it made
-- parameters: none

DELETE FROM agents;
INSERT INTO agents
SELECT row_number() OVER (ORDER BY user_agent) AS agent_id, user_agent
FROM (SELECT DISTINCT user_agent FROM requests WHERE user_agent IS NOT NULL)
ORDER BY agent_id;

CREATE OR REPLACE TEMP TABLE client_networks AS
SELECT client_ip, network_of(client_ip) AS network
FROM (SELECT DISTINCT client_ip FROM requests WHERE client_ip IS NOT NULL);

DELETE FROM service_minutes;
DELETE FROM subject_minutes;
