-- title: accounts known at the addresses that a load without an account came from
-- why: where logs name nobody, sign-ups and sign-ins from the same address are what ties a load to accounts: a link, and no proof. Only addresses
--      that made the load themselves count, not their neighbours, and of a network of which one agent alone rose only those with this agent.
--      Where several unrelated accounts are seen at an address it is an exit of many, and names nobody; an address is often handed on, so only
--      what was seen there in the same weeks counts. An account that was opened there is told whenever that was.
-- parameters: $networks, $beginnings, $agents (equally long: blamed networks, what their addresses' networks begin with, and the one agent that rose
--             there or NULL), $start, $end, $least (requests of an address), $days, $few (groups of accounts that belong together)
WITH blamed AS (
    SELECT
        unnest(CAST($networks AS VARCHAR[])) AS network, unnest(CAST($beginnings AS VARCHAR[])) AS beginning,
        unnest(CAST($agents AS BIGINT[])) AS agent_id
),

asked AS (
    SELECT b.network, q.client_ip AS address
    FROM requests AS q
    JOIN blamed AS b ON starts_with(network_of(q.client_ip), b.beginning)
    LEFT JOIN agents AS g ON g.agent_id = b.agent_id
    WHERE q.account_id IS NULL AND q.started_at >= $start AND q.started_at < $end AND (b.agent_id IS NULL OR q.user_agent = g.user_agent)
    GROUP BY b.network, q.client_ip
    HAVING count(*) >= $least
),

known AS (
    SELECT k.network, k.address, 'opened from' AS how, a.account_id, a.created_at AS first_at, a.created_at AS last_at, 1 AS uses, a.evidence_id, a.line
    FROM asked AS k
    JOIN accounts AS a ON a.signup_ip = k.address
    UNION ALL
    SELECT k.network, k.address, 'seen at', i.account_id, i.first_at, i.last_at, i.uses, i.evidence_id, i.line
    FROM asked AS k
    JOIN identifiers AS i ON i.identifier_type = 'client_ip' AND i.identifier_value = k.address
    WHERE coalesce(i.last_at, $end) >= $start - to_days(CAST($days AS INTEGER)) AND coalesce(i.first_at, $start) <= $end + to_days(CAST($days AS INTEGER))
),

grouped AS (
    SELECT
        k.*, coalesce(o.actor_id, 'actor-' || left(sha256(k.account_id), 12)) AS actor_id,
        count(DISTINCT coalesce(g.organisation_id, g.payer_id, g.actor_id, k.account_id)) OVER (PARTITION BY k.address, k.how) AS others
    FROM known AS k
    LEFT JOIN owners AS o ON o.account_id = k.account_id
    LEFT JOIN actor_accounts AS g ON g.account_id = k.account_id
)

SELECT network, address, how, account_id, actor_id, first_at, last_at, uses, evidence_id, line
FROM grouped
WHERE how = 'opened from' OR others <= $few
ORDER BY network, how, first_at, account_id, address
