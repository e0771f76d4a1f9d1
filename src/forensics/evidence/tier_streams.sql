-- title: the log streams of the case: one for each host and format
-- why: tiers are compared stream by stream, their files share a clock and a place in the service
-- parameters: none
CREATE OR REPLACE TEMP TABLE tier_streams AS
SELECT
    CAST(row_number() OVER (ORDER BY host, format) AS INTEGER) AS stream, host, format, min(given_tier) AS given_tier,
    min(format_tier) AS format_tier, min(first_at) AS first_at, max(last_at) AS last_at, sum(parsed) AS parsed, count(*) AS files
FROM evidence_files
WHERE kind = 'log' AND parsed > 0
GROUP BY host, format;

CREATE OR REPLACE TEMP TABLE tier_files AS
SELECT f.evidence_id, s.stream, f.first_at, f.last_at, f.parsed, CAST(0 AS BIGINT) AS ahead_us
FROM evidence_files AS f
JOIN tier_streams AS s ON f.host IS NOT DISTINCT FROM s.host AND f.format IS NOT DISTINCT FROM s.format
WHERE f.kind = 'log' AND f.parsed > 0
