-- title: the streams, listed
-- why: what tiers are decided for; run after tier_streams
-- parameters: none
SELECT stream, host, format, given_tier, format_tier, first_at, last_at, CAST(parsed AS BIGINT) AS parsed
FROM tier_streams
ORDER BY stream
