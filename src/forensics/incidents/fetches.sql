-- title: what each subject fetched in each five minutes
-- why: who may be collecting is sought in five minutes and in days (collectors.sql, walkers.sql): the minutes are added up once for both, and
--      subjects are numbers. A subject is an actor, an account without one, or a network whose requests carry no account.
--      `declared` is what was fetched by an agent that says it is a robot.
-- parameters: $start, $end (half-open)

CREATE OR REPLACE TEMP TABLE subject_numbers AS
WITH clients AS (
    SELECT s.account_id, NULL AS network, coalesce(a.actor_id, s.account_id) AS subject, if(a.actor_id IS NULL, 'account', 'actor') AS subject_type
    FROM (SELECT DISTINCT account_id FROM subject_minutes WHERE account_id IS NOT NULL) AS s
    LEFT JOIN account_actors AS a ON a.account_id = s.account_id
    UNION ALL
    SELECT NULL, network, network, 'network' FROM (SELECT DISTINCT network FROM subject_minutes WHERE account_id IS NULL AND network IS NOT NULL)
)

SELECT *, CAST(dense_rank() OVER (ORDER BY subject_type, subject) AS INTEGER) AS number FROM clients;

CREATE OR REPLACE TEMP TABLE fetches AS
SELECT
    coalesce(a.number, n.number) AS number, time_bucket(INTERVAL 5 MINUTE, s.minute) AS bucket, CAST(sum(s.requests) AS BIGINT) AS asked,
    CAST(sum(s.requests - s.failed) AS BIGINT) AS fetches, CAST(coalesce(sum(s.requests - s.failed) FILTER (g.declared), 0) AS BIGINT) AS declared
FROM subject_minutes AS s
SEMI JOIN (SELECT route_id FROM routes WHERE object_kind IS NOT NULL) AS r ON r.route_id = s.route_id
LEFT JOIN (SELECT account_id, number FROM subject_numbers WHERE account_id IS NOT NULL) AS a ON a.account_id = s.account_id
LEFT JOIN (SELECT network, number FROM subject_numbers WHERE network IS NOT NULL) AS n ON n.network = if(s.account_id IS NULL, s.network, NULL)
LEFT JOIN (SELECT agent_id, is_declared_robot(user_agent) AS declared FROM agents) AS g ON g.agent_id = s.agent_id
WHERE (s.account_id IS NOT NULL OR s.network IS NOT NULL) AND s.minute >= $start AND s.minute < $end
GROUP BY ALL;
