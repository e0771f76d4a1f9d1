-- title: the accounts of an actor, and those of whatever it is part of, the organisation included
-- why: a ban would hit them; most of them took no part, and must be told apart from those who did
-- parameters: $actor_id
WITH RECURSIVE above AS (
    SELECT $actor_id AS actor_id
    UNION
    SELECT a.parent_actor_id FROM above AS u JOIN actors AS a ON a.actor_id = u.actor_id WHERE a.parent_actor_id IS NOT NULL
)
SELECT DISTINCT m.account_id
FROM actor_members AS m
WHERE m.actor_id IN (SELECT actor_id FROM above)
ORDER BY m.account_id
