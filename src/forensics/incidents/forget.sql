-- title: the requests that were looked at closely are let go
-- why: memory
-- parameters: none
DROP TABLE IF EXISTS near;
