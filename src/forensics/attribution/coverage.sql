-- title: what the counted logs cover
-- why: placebo windows must lie where there were logs to see them
-- parameters: none
SELECT min(minute) AS first_minute, max(minute) + INTERVAL 1 MINUTE AS last_minute FROM service_minutes
