-- title: an actor, everything inside it, and its accounts
-- why: the tree of `forensics actor ID`
-- parameters: $actor_id
WITH RECURSIVE inside AS (
    SELECT a.*, 0 AS depth FROM actors AS a WHERE a.actor_id = $actor_id
    UNION ALL
    SELECT a.*, i.depth + 1 FROM actors AS a JOIN inside AS i ON a.parent_actor_id = i.actor_id
)
SELECT
    i.actor_id, i.parent_actor_id, i.label, i.level, i.accounts, i.likelihood, i.first_at, i.last_at, i.requests, i.depth,
    c.account_id, c.strength_bits, c.via, a.email, a.status, k.why AS known
FROM inside AS i
LEFT JOIN actor_accounts AS c USING (actor_id)
LEFT JOIN accounts AS a USING (account_id)
LEFT JOIN known_subjects AS k ON k.subject_type = 'account' AND k.subject = c.account_id
ORDER BY i.depth, i.accounts DESC, i.actor_id, c.account_id
