-- title: the actor that each account's load is counted to
-- why: the view walks up the levels of all actors; attribution asks it many times
-- parameters: none
CREATE OR REPLACE TEMP TABLE owners AS SELECT account_id, actor_id FROM account_actors
