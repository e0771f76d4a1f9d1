-- title: whether anybody wrote down what was done to the service
-- why: where nobody did, that no deploy is noted says nothing; pages and posts on a status page tell of the failure alone
-- parameters: none
SELECT count(*) > 0 AS noted
FROM notes
WHERE event_type IS NULL OR event_type NOT IN ('page', 'status page')
