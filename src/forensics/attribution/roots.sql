-- title: the outermost group of each account that is in one with others
-- why: load that many accounts of one group bring is no crowd's, whoever is behind it
-- parameters: none
SELECT m.account_id, m.actor_id AS root
FROM actor_members AS m
JOIN actors AS a ON a.actor_id = m.actor_id
WHERE a.parent_actor_id IS NULL
QUALIFY count(*) OVER (PARTITION BY m.actor_id) > 1
ORDER BY m.account_id, root
