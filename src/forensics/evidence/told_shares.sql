-- title: how much of each stream says who asked
-- why: run after tier_streams. Where the outer tier names nobody (a load balancer) and the one behind it does, the inner one is asked.
-- parameters: $streams (of the linked ones)
SELECT f.stream, count(*) FILTER (WHERE e.user_name IS NOT NULL OR e.extra['api_key'] IS NOT NULL) / count(*) AS named
FROM stored_events AS e
JOIN tier_files AS f ON e.evidence_id = f.evidence_id
WHERE list_contains($streams, f.stream)
GROUP BY f.stream
ORDER BY f.stream
