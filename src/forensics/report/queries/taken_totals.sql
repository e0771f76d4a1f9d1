-- title: what was taken in all
-- why: by actor and kind of object; what several accounts fetched is one object, so this is less than the sum over accounts
-- made by: collection/fetched, collection/taken_totals, collection/catalogue
-- parameters: none
SELECT * FROM taken_totals
ORDER BY objects DESC NULLS LAST, actor_id, object_kind
