-- title: the counted requests, narrowed to what is counted about them
-- why: masks and both rollups read it, so that paths, agents and addresses of each event are matched once
-- parameters: none

DELETE FROM agents;
INSERT INTO agents
SELECT row_number() OVER (ORDER BY user_agent) AS agent_id, user_agent
FROM (SELECT DISTINCT user_agent FROM requests WHERE user_agent IS NOT NULL)
ORDER BY agent_id;

CREATE OR REPLACE TEMP TABLE client_networks AS
SELECT client_ip, network_of(client_ip) AS network
FROM (SELECT DISTINCT client_ip FROM requests WHERE client_ip IS NOT NULL);

CREATE OR REPLACE TEMP TABLE counted AS
SELECT
    q.started_at, date_trunc('minute', q.started_at) AS minute, q.logged_by AS host, path_mask(q.path) AS mask, q.extra['upstream'] AS backend,
    q.account_id, n.network, a.agent_id, q.status, q.bytes_sent,
    CAST(round(q.duration_ms * 1000) AS BIGINT) AS duration_us
FROM requests AS q
LEFT JOIN agents AS a ON a.user_agent = q.user_agent
LEFT JOIN client_networks AS n ON n.client_ip = q.client_ip;
