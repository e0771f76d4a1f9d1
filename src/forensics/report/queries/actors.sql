-- title: actors
-- why: clusters of accounts that hang together; an actor is never a guilty person
-- made by: linkage/ties, linkage/write_actors
-- parameters: none
SELECT * FROM actors
ORDER BY accounts DESC, requests DESC NULLS LAST, actor_id
