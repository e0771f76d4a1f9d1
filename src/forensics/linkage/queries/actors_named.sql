-- title: the actors that a name can mean
-- why: people write an actor id, the beginning of one, a label (a domain, a payer) or one of its accounts
-- parameters: $wanted
WITH named AS (
    SELECT actor_id, 1 AS rank FROM actors WHERE actor_id = $wanted
    UNION ALL SELECT actor_id, 2 FROM actors WHERE length($wanted) > 6 AND starts_with(actor_id, $wanted)
    UNION ALL SELECT actor_id, 3 FROM actors WHERE lower(label) = lower($wanted) AND accounts > 1
    UNION ALL SELECT m.actor_id, 4 FROM actor_members AS m JOIN accounts AS a USING (account_id)
        WHERE a.account_id = $wanted OR lower(a.email) = lower($wanted)
)
SELECT n.actor_id, a.label, a.level, a.accounts
FROM named AS n
JOIN actors AS a USING (actor_id)
WHERE n.rank = (SELECT min(rank) FROM named)
ORDER BY a.accounts DESC, n.actor_id
