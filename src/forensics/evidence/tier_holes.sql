-- title: for each file of a stream, the share of its time that the outer streams have files for (their mean)
-- why: where the outer tier's logs are missing, the inner tier's requests are the only ones there are
-- parameters: $inner, $outer (stream numbers)
WITH
shared AS (
    SELECT f.evidence_id, sum(1 + epoch(least(o.last_at, f.last_at) - greatest(o.first_at, f.first_at))) AS seconds
    FROM tier_files AS f
    JOIN tier_files AS o ON o.first_at <= f.last_at AND f.first_at <= o.last_at
    WHERE f.stream = $inner AND list_contains($outer, o.stream)
    GROUP BY f.evidence_id
)
SELECT
    f.evidence_id, coalesce(s.seconds, 0) / (1 + epoch(f.last_at - f.first_at)) / greatest(1, len($outer)) AS covered
FROM tier_files AS f
LEFT JOIN shared AS s ON f.evidence_id = s.evidence_id
WHERE f.stream = $inner
ORDER BY f.evidence_id
