-- title: what an address asked for
-- why: of an address at which no account was seen somebody wants to know all the same whether it is in the logs, and since when.
-- parameters: $address
SELECT count(*) AS requests, strftime(min(started_at), '%Y-%m-%d %H:%M:%S') AS since, strftime(max(started_at), '%Y-%m-%d %H:%M:%S') AS until
FROM requests
WHERE client_ip = $address AND account_id IS NULL
