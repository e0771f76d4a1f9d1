-- title: what became of the actors of the analysis before
-- why: told once on standard error, never in a report: reports do not depend on what was known earlier
-- parameters: none
SELECT c.previous_id, c.actor_id, c.what, c.accounts, a.label
FROM actor_changes AS c
LEFT JOIN actors AS a USING (actor_id)
ORDER BY ALL
