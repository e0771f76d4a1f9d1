-- title: how much of each stream others logged too, and how many addresses it knows
-- why: an inner tier is covered by all outer streams together, not by one of them; one that knows few addresses may know its proxy's only
-- parameters: $pairs: 'STREAM-OTHER' of the linked streams
WITH
linked AS (SELECT CAST(split_part(pair, '-', 1) AS INTEGER) AS stream, CAST(split_part(pair, '-', 2) AS INTEGER) AS other FROM (SELECT unnest($pairs) AS pair)),
eligible AS (
    SELECT r.stream, r.number, r.client_ip
    FROM tier_rare AS r
    WHERE EXISTS (
        SELECT 1
        FROM linked AS l
        JOIN tier_files AS f ON f.stream = l.other
        WHERE l.stream = r.stream AND r.started_at BETWEEN f.first_at AND f.last_at
    )
),
matched AS (SELECT DISTINCT p.stream, p.number FROM tier_pairs AS p JOIN linked AS l ON p.stream = l.stream AND p.other = l.other)
SELECT e.stream, count(*) AS rare, count(m.number) AS twins, count(DISTINCT e.client_ip) AS addresses
FROM eligible AS e
LEFT JOIN matched AS m ON e.stream = m.stream AND e.number = m.number
GROUP BY e.stream
ORDER BY e.stream
