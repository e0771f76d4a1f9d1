-- title: where each evidence file of a counted log begins and ends
-- why: silence that begins at the end of a file is a missing log, not a dead service
-- parameters: none
SELECT host, first_at, last_at
FROM evidence
WHERE kind = 'log' AND counted AND host IS NOT NULL AND last_at IS NOT NULL
ORDER BY host, last_at
