-- title: where each counted log file begins and ends
-- why: silence between the end of one file and the beginning of the next is a missing log until shown otherwise
-- parameters: none
SELECT host, first_at, last_at
FROM evidence
WHERE kind = 'log' AND counted AND first_at IS NOT NULL
ORDER BY host, first_at, last_at
