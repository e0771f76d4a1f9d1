-- title: walking through the ids of the same objects on the same day
-- why: whoever asks for one object after the other in the order of their numbers collects them; few accounts do, and those who share the
--      work do so on the same route and day. Never enough by itself: two collectors may not know each other.
-- weigh: family=behaviour level=operator m=0.5 chance=2 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH walks AS (
    SELECT
        account_no, route_no, CAST(started_at AS DATE) AS day, min(started_at) AS first_at, max(started_at) AS last_at, count(*) AS uses,
        min(place) AS place
    FROM object_steps
    GROUP BY account_no, route_no, CAST(started_at AS DATE)
    HAVING count(*) >= 40 AND count(*) FILTER (step BETWEEN 1 AND 50) >= 0.7 * count(*)
)
SELECT
    n.account_id, 'id_walk' AS identifier_type, n.route || ' ' || strftime(w.day, '%Y-%m-%d') AS identifier_value, w.first_at, w.last_at, w.uses,
    n.evidence_id, n.line
FROM walks AS w
JOIN named_steps AS n USING (account_no, route_no, place);
