-- title: whether the case is at rest, and what its findings were made from
-- why: a query needs no writing when the event views are in place and the findings are up to date
-- parameters: none
SELECT
    max(value) FILTER (WHERE key = 'unsettled') AS unsettled,
    max(value) FILTER (WHERE key = 'analysis_id') AS analysis_id,
    max(value) FILTER (WHERE key = 'layout') AS layout
FROM meta
