-- title: what the service did in every minute of the case
-- why: capacity and the response of errors and latency to load are learnt from all of it; one row per minute, however many events
-- parameters: none
SELECT
    minute, CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(failed) AS BIGINT) AS failed, CAST(sum(timed) AS BIGINT) AS timed,
    round(sum(duration_ms_sum), 0) AS duration_ms
FROM service_minutes
GROUP BY minute
ORDER BY minute
