-- title: user agents and networks of those who asked, and what they asked for
-- why: each agent is numbered, each address and path is cut once, however many requests it made
-- parameters: none

DELETE FROM agents;
INSERT INTO agents
SELECT row_number() OVER (ORDER BY user_agent) AS agent_id, user_agent
FROM (SELECT DISTINCT user_agent FROM requests WHERE user_agent IS NOT NULL)
ORDER BY agent_id;

CREATE OR REPLACE TEMP TABLE client_networks AS
SELECT client_ip, network_of(client_ip) AS network
FROM (SELECT DISTINCT client_ip FROM requests WHERE client_ip IS NOT NULL);

CREATE OR REPLACE TEMP TABLE asked_paths AS
SELECT path, count(*) AS requests FROM requests WHERE path IS NOT NULL GROUP BY path;

DELETE FROM service_minutes;
DELETE FROM subject_minutes;
