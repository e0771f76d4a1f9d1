-- title: what was taken
-- why: what each account collected: asked for and actually served
-- made by: collection/fetched, collection/taken
-- parameters: none
SELECT * FROM taken
ORDER BY objects DESC NULLS LAST, actor_id, account_id, object_kind
