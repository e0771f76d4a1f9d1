-- title: forget the identifiers and actors of an earlier analysis
-- why: linking starts from what is resolved now; who was together before is kept until the changes have been told
-- parameters: none
CREATE OR REPLACE TEMP TABLE previous_actors AS
SELECT v.actor_id, v.account_id
FROM account_actors AS v
JOIN actors AS a USING (actor_id)
WHERE a.accounts > 1;

DELETE FROM identifiers;
DELETE FROM shared_values;
DELETE FROM value_uses;
DELETE FROM value_verdicts;
DELETE FROM use_verdicts;
DELETE FROM written_links;
DELETE FROM actors;
DELETE FROM actor_accounts;
DELETE FROM possible_returns;
