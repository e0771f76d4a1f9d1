-- title: when actors were blocked, and who of them appeared afterwards
-- why: a banned actor may come back under new accounts. An account counts as blocked from the first refusal after its last served request
--      (401, 403 or 429, three or more); an actor from when the first of its accounts was. Members are those that `write_actors` just wrote.
-- parameters: none
DELETE FROM possible_returns;

INSERT INTO possible_returns
WITH served AS (
    SELECT account_id, max(started_at) FILTER (status BETWEEN 200 AND 299) AS last_served, min(started_at) AS first_at
    FROM requests WHERE account_id IS NOT NULL GROUP BY account_id
),
refused AS (
    SELECT r.account_id, min(r.started_at) AS blocked_at
    FROM requests AS r
    JOIN served AS s USING (account_id)
    WHERE r.status IN (401, 403) AND (s.last_served IS NULL OR r.started_at > s.last_served)
    GROUP BY r.account_id
    HAVING count(*) > 2
),
members AS (
    SELECT actor_id, account_id FROM actor_accounts
    UNION ALL SELECT payer_id, account_id FROM actor_accounts WHERE payer_id IS NOT NULL
    UNION ALL SELECT organisation_id, account_id FROM actor_accounts WHERE organisation_id IS NOT NULL
),
blocked AS (
    SELECT m.actor_id, min(f.blocked_at) AS blocked_at FROM members AS m JOIN refused AS f USING (account_id) GROUP BY m.actor_id
)
SELECT m.actor_id, m.account_id, b.blocked_at, greatest(coalesce(a.created_at, s.first_at), coalesce(s.first_at, a.created_at)) AS appeared_at
FROM blocked AS b
JOIN members AS m USING (actor_id)
JOIN actors AS c ON c.actor_id = b.actor_id AND c.accounts > 1
JOIN accounts AS a USING (account_id)
LEFT JOIN served AS s USING (account_id)
WHERE greatest(coalesce(a.created_at, s.first_at), coalesce(s.first_at, a.created_at)) > b.blocked_at
ORDER BY ALL;
