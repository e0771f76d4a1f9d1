-- title: accounts that were opened from the addresses that a load without an account came from
-- why: where logs name nobody, the address of a sign-up is what ties a load to accounts: a link, and no proof. Only addresses that made the
--      load themselves count, not their neighbours
-- parameters: $networks, $beginnings (equally long: blamed networks, and what their addresses' networks begin with), $start, $end,
--             $least (requests of an address)
WITH blamed AS (SELECT unnest(CAST($networks AS VARCHAR[])) AS network, unnest(CAST($beginnings AS VARCHAR[])) AS beginning),

asked AS (
    SELECT b.network, q.client_ip AS address
    FROM requests AS q
    JOIN blamed AS b ON starts_with(network_of(q.client_ip), b.beginning)
    WHERE q.account_id IS NULL AND q.started_at >= $start AND q.started_at < $end
    GROUP BY b.network, q.client_ip
    HAVING count(*) >= $least
)

SELECT
    k.network, k.address, a.account_id, coalesce(o.actor_id, 'actor-' || left(sha256(a.account_id), 12)) AS actor_id, a.created_at,
    a.evidence_id, a.line
FROM asked AS k
JOIN accounts AS a ON a.signup_ip = k.address
LEFT JOIN owners AS o USING (account_id)
ORDER BY k.network, a.created_at, a.account_id
