-- title: how many events the logs hold
-- why: a case that is counted at one go need not be cut into stretches of time
-- parameters: none
SELECT CAST(coalesce(sum(parsed), 0) AS BIGINT) AS parsed FROM evidence_files WHERE kind = 'log'
