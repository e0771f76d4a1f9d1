-- title: load per minute of chosen actors and networks, and of everybody else (actor_id NULL)
-- why: the picture of an incident: who asked how much, when. Networks are those of requests without an account.
-- parameters: $actors, $networks, $beginnings (what every network within each of $networks begins with), $start, $end
WITH wanted AS (SELECT unnest(CAST($networks AS VARCHAR[])) AS name, unnest(CAST($beginnings AS VARCHAR[])) AS beginning),
loads AS (
    SELECT
        minute, account_id, CASE WHEN account_id IS NULL THEN network END AS network, CAST(sum(requests) AS BIGINT) AS requests,
        CAST(sum(failed) AS BIGINT) AS failed
    FROM subject_minutes
    WHERE minute >= $start AND minute < $end
    GROUP BY ALL
),
named AS (
    SELECT l.network, min(w.name) AS name
    FROM (SELECT DISTINCT network FROM loads WHERE network IS NOT NULL) AS l
    JOIN wanted AS w ON starts_with(l.network, w.beginning)
    GROUP BY l.network
),
owned AS (
    SELECT
        l.minute, CASE WHEN l.account_id IS NULL THEN n.name ELSE coalesce(a.actor_id, 'actor-' || left(sha256(l.account_id), 12)) END AS actor_id,
        l.requests, l.failed
    FROM loads AS l
    LEFT JOIN owners AS a ON a.account_id = l.account_id
    LEFT JOIN named AS n ON n.network = l.network
)
SELECT
    minute, CASE WHEN list_contains($actors || $networks, actor_id) THEN actor_id END AS actor_id,
    CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(failed) AS BIGINT) AS failed
FROM owned
GROUP BY ALL
ORDER BY ALL
