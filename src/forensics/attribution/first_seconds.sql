-- title: requests by second around the first failures: of the blamed, and failures of anybody
-- why: where load and errors rise in the same minute, only seconds tell which came first; two minutes of events, however long the logs
-- parameters: $accounts, $networks, $start, $end
SELECT
    date_trunc('second', started_at) AS second,
    count(*) FILTER (
        account_id IN (SELECT unnest($accounts)) OR (account_id IS NULL AND network_of(client_ip) IN (SELECT unnest($networks)))
    ) AS own,
    count(*) FILTER (is_failed(status)) AS failed
FROM requests
WHERE started_at >= $start AND started_at < $end
GROUP BY second
ORDER BY second
