-- title: what the counted logs cover
-- why: placebo windows must lie where there were logs to see them; of load nothing is known where only failures were logged
-- parameters: none
SELECT
    min(minute) AS first_minute, max(minute) + INTERVAL 1 MINUTE AS last_minute, (SELECT only_failures FROM outcomes_logged) AS only_failures
FROM service_minutes
