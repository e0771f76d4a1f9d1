-- title: hosts of inner logs that name accounts, and have no log for most of a stretch of time
-- why: what the balancer logged meanwhile names nobody: not because nobody signed in, but because a file is not there
-- parameters: $start, $end
SELECT f.host
FROM evidence_files AS f
JOIN tiers AS t ON f.evidence_id = t.evidence_id
WHERE f.kind = 'log' AND NOT t.counted AND f.host IS NOT NULL AND EXISTS (SELECT 1 FROM told_users)
GROUP BY f.host
HAVING sum(greatest(0, epoch(least(f.last_at, $end)) - epoch(greatest(f.first_at, $start)))) < 0.5 * (epoch(CAST($end AS TIMESTAMP)) - epoch(CAST($start AS TIMESTAMP)))
ORDER BY f.host
