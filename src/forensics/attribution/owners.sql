-- title: the actor that each account's load is counted to
-- why: the view walks up the levels of all actors; attribution asks it many times. What an account does that was ruled known is no load of
--      its relations: it is counted apart
-- parameters: none
CREATE OR REPLACE TEMP TABLE owners AS
SELECT account_id, actor_id
FROM account_actors
WHERE account_id NOT IN (SELECT subject FROM known_subjects WHERE subject_type = 'account')
