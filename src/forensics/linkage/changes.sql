-- title: what became of the actors of the analysis before
-- why: later evidence may merge, split or rename actors; whoever wrote an id down must learn of it. An account's actor is that of
--      `account_actors` (its payer's, else its own), read where `write_actors` just put it: the view would walk all members of all actors
-- parameters: none
DELETE FROM actor_changes;

INSERT INTO actor_changes
WITH moved AS (
    SELECT p.actor_id AS previous_id, n.actor_id, count(*) AS accounts
    FROM previous_actors AS p
    LEFT JOIN (SELECT account_id, coalesce(payer_id, actor_id) AS actor_id FROM actor_accounts) AS n USING (account_id)
    GROUP BY ALL
),
whole AS (SELECT previous_id, count(*) AS parts, sum(accounts) AS accounts FROM moved GROUP BY previous_id),
sources AS (SELECT actor_id, count(DISTINCT previous_id) AS sources FROM moved WHERE actor_id IS NOT NULL GROUP BY actor_id)
SELECT
    m.previous_id, m.actor_id,
    CASE
        WHEN m.actor_id IS NULL THEN 'gone' WHEN w.parts > 1 THEN 'split' WHEN s.sources > 1 THEN 'merged' ELSE 'renamed'
    END,
    m.accounts
FROM moved AS m
JOIN whole AS w USING (previous_id)
LEFT JOIN sources AS s ON s.actor_id = m.actor_id
WHERE m.actor_id IS NULL OR w.parts > 1 OR s.sources > 1 OR m.actor_id <> m.previous_id
ORDER BY ALL;
