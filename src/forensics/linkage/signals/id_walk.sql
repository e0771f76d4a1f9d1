-- title: walking through the ids of the same objects on the same day
-- why: whoever asks for one object after the other in the order of their numbers collects them; few accounts do, and those who share the
--      work do so on the same route and day. Never enough by itself: two collectors may not know each other.
-- weigh: family=behaviour level=operator m=0.5 chance=2 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'id_walk' AS identifier_type, route || ' ' || strftime(started_at, '%Y-%m-%d') AS identifier_value, min(started_at) AS first_at,
    max(started_at) AS last_at, count(*) AS uses, min((started_at, evidence_id, line))[2] AS evidence_id, min((started_at, evidence_id, line))[3] AS line
FROM object_steps
GROUP BY account_id, route, strftime(started_at, '%Y-%m-%d')
HAVING count(*) >= 40 AND count(*) FILTER (step BETWEEN 1 AND 50) >= 0.7 * count(*);
