-- title: walking through the ids of the same objects on the same day
-- why: whoever asks for one object after the other in the order of their numbers collects them; few accounts do, and those who share the
--      work do so on the same route and day. Never enough by itself: two collectors may not know each other. What is shown are the walks
--      themselves, the longest first, not what else the account asked for that day.
-- weigh: family=behaviour level=operator m=0.5 chance=2 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
WITH walkers AS (
    SELECT account_no, route_no, CAST(started_at AS DATE) AS day
    FROM object_steps
    GROUP BY account_no, route_no, CAST(started_at AS DATE)
    HAVING count(*) >= 40 AND count(*) FILTER (step BETWEEN 1 AND 50) >= 0.7 * count(*)
),
steps AS (                                      -- those of one walk have places without a gap
    SELECT
        s.account_no, s.route_no, CAST(s.started_at AS DATE) AS day, s.started_at, s.place,
        s.place - row_number() OVER (PARTITION BY s.account_no, s.route_no, CAST(s.started_at AS DATE) ORDER BY s.place) AS walk
    FROM object_steps AS s
    SEMI JOIN walkers AS w ON w.account_no = s.account_no AND w.route_no = s.route_no AND w.day = CAST(s.started_at AS DATE)
    WHERE s.step BETWEEN 1 AND 50
),
walks AS (
    SELECT account_no, route_no, day, min(started_at) AS first_at, max(started_at) AS last_at, count(*) AS uses, min(place) AS place
    FROM steps
    GROUP BY account_no, route_no, day, walk
    QUALIFY 4 * count(*) >= max(count(*)) OVER (PARTITION BY account_no, route_no, day)     -- a few steps by chance are no walk
),
days AS (
    SELECT
        account_no, route_no, day, min(first_at) AS first_at, max(last_at) AS last_at, sum(uses) AS uses, arg_max(place, (uses, -place)) AS place
    FROM walks
    GROUP BY account_no, route_no, day
)
SELECT
    n.account_id, 'id_walk' AS identifier_type, n.route || ' ' || strftime(d.day, '%Y-%m-%d') AS identifier_value, d.first_at, d.last_at,
    CAST(d.uses AS BIGINT) AS uses, n.evidence_id, n.line
FROM days AS d
JOIN named_steps AS n USING (account_no, route_no, place);
