-- title: an actor and everything that it is part of, with the accounts of each level
-- why: bans are chosen by level: account, actor, payer, organisation
-- parameters: $actor_id
WITH RECURSIVE above AS (
    SELECT $actor_id AS actor_id, 0 AS height
    UNION
    SELECT a.parent_actor_id, u.height + 1
    FROM above AS u
    JOIN actors AS a ON a.actor_id = u.actor_id
    WHERE a.parent_actor_id IS NOT NULL
)
SELECT u.actor_id, u.height, a.level, coalesce(a.label, u.actor_id) AS label, list(DISTINCT m.account_id ORDER BY m.account_id) AS accounts
FROM above AS u
JOIN actors AS a ON a.actor_id = u.actor_id
JOIN actor_members AS m ON m.actor_id = u.actor_id
GROUP BY u.actor_id, u.height, a.level, a.label
ORDER BY u.height
