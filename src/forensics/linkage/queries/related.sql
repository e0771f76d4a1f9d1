-- title: accounts outside an actor that share something with it which was not enough
-- why: "possibly related": shown, never counted. Who hops over hundreds of addresses meets strangers on some of them: one address in common
--      counts for less by as many bits as there are addresses.
-- parameters: $accounts, $least_bits
WITH hops AS (
    SELECT account_id, log2(count(*)) AS bits
    FROM identifiers
    WHERE identifier_type = 'client_ip' AND list_contains($accounts, account_id)
    GROUP BY account_id
)
SELECT
    o.account_id, a.email, l.identifier_type, l.identifier_value, o.why, max(l.weight_bits) AS weight_bits, count(DISTINCT l.account_id) AS members
FROM links AS l
JOIN links AS o ON o.identifier_type = l.identifier_type AND o.identifier_value = l.identifier_value AND NOT list_contains($accounts, o.account_id)
JOIN identifier_types AS t ON t.identifier_type = l.identifier_type
LEFT JOIN accounts AS a ON a.account_id = o.account_id
LEFT JOIN hops AS h ON l.identifier_type = 'client_ip' AND h.account_id = l.account_id
WHERE
    list_contains($accounts, l.account_id) AND l.identifier_type <> 'client_network'
    AND l.weight_bits - coalesce(h.bits, 0) >= $least_bits AND (NOT l.kept OR NOT o.kept)
GROUP BY ALL
ORDER BY weight_bits DESC, o.account_id, l.identifier_type, l.identifier_value
LIMIT 20
