-- title: a large case: accounts and what they share
-- why: one million accounts with eight million uses of identifiers, or any other number, in the proportions of a paid service
-- parameters: $accounts, $devices (devices and sessions that each account is seen with)
INSERT INTO accounts (account_id, source, email, email_domain, created_at)
SELECT 'u' || lpad(CAST(i AS VARCHAR), 9, '0'), 'scale', NULL, NULL, TIMESTAMP '2020-01-01' + to_seconds(CAST(hash(i) % 100000000 AS BIGINT))
FROM range($accounts) AS t (i);

INSERT INTO identifiers (account_id, identifier_type, identifier_value, signal, first_at, last_at, uses)
WITH people AS (SELECT i, 'u' || lpad(CAST(i AS VARCHAR), 9, '0') AS account_id FROM range($accounts) AS t (i))
-- its own mailbox, and for a fifth a company's domain
SELECT account_id, 'mailbox', account_id || '@mail.example', 'mailbox', NULL, NULL, 1 FROM people
UNION ALL SELECT account_id, 'email_domain', 'corp' || (hash(i // 100) % ($accounts // 40)) || '.example', 'email_domain', NULL, NULL, 1 FROM people WHERE i % 5 = 0
-- cards: one in twenty in small groups of consecutive accounts, some at resellers, the others alone
UNION ALL SELECT account_id, 'card_fingerprint',
    CASE WHEN i % 1000 < 50 THEN 'shared' || (i // 10) WHEN i % 1000 < 60 THEN 'reseller' || (hash(i) % ($accounts // 4000 + 1)) ELSE 'own' || i END,
    'card_fingerprint', NULL, NULL, 1 FROM people
UNION ALL SELECT account_id, 'payer_id',
    CASE WHEN i % 1000 < 50 THEN 'shared' || (i // 10) WHEN i % 1000 < 60 THEN 'reseller' || (hash(i) % ($accounts // 4000 + 1)) ELSE 'own' || i END,
    'payer_id', NULL, NULL, 1 FROM people
-- addresses: a home (some with a flatmate), a carrier, an office or campus, an exit that thousands use
UNION ALL SELECT account_id, 'client_ip', 'home' || (CASE WHEN i % 10 = 0 THEN i + 1 ELSE i END), 'client_ip', TIMESTAMP '2024-03-01', TIMESTAMP '2024-03-09', 5 FROM people
UNION ALL SELECT account_id, 'client_ip', 'carrier' || (hash(i, 1) % ($accounts // 100 + 1)), 'client_ip', TIMESTAMP '2024-03-01', TIMESTAMP '2024-03-09', 2 FROM people
UNION ALL SELECT account_id, 'client_ip', 'office' || (i // 20), 'client_ip', TIMESTAMP '2024-03-01', TIMESTAMP '2024-03-09', 3 FROM people
UNION ALL SELECT account_id, 'client_network', 'net' || (hash(i, 2) % ($accounts // 30 + 1)), 'client_network', TIMESTAMP '2024-03-01', TIMESTAMP '2024-03-09', 3 FROM people
UNION ALL SELECT account_id, 'client_ip', 'exit' || (hash(i, 3) % 40), 'client_ip', TIMESTAMP '2024-03-01', TIMESTAMP '2024-03-09', 1 FROM people WHERE i % 5 < 4
-- devices: every fiftieth is a household's, the others are one person's
UNION ALL SELECT account_id, 'device', 'device' || (CASE WHEN i % 50 = 0 THEN i + 1 ELSE i END) || '-' || n, 'device', TIMESTAMP '2024-03-01', TIMESTAMP '2024-03-09', 2
FROM people, range($devices) AS d (n);
