-- title: which account came from which address with which agent, when, how often; and what else the logs carry of its device
-- why: every network and device signal starts from this; two passes over the events
--      An inner tier that does not know the clients logs the tier in front of it: an address that only logs which are not counted know, though
--      the tier in front logged the same requests, is a proxy's, and is nobody's address.
-- parameters: none
CREATE OR REPLACE TEMP TABLE inner_addresses AS
SELECT DISTINCT e.client_ip
FROM events AS e
JOIN tiers AS t ON e.evidence_id = t.evidence_id
WHERE NOT t.counted AND e.client_ip IS NOT NULL;

CREATE OR REPLACE TEMP TABLE proxy_addresses AS
SELECT client_ip FROM inner_addresses
EXCEPT
SELECT DISTINCT r.client_ip FROM requests AS r SEMI JOIN inner_addresses AS i ON r.client_ip = i.client_ip;

CREATE OR REPLACE TEMP TABLE account_clients AS
WITH came AS (
    SELECT e.account_id, CASE WHEN p.client_ip IS NULL THEN e.client_ip END AS client_ip, e.user_agent, e.started_at, e.evidence_id, e.line
    FROM events AS e
    LEFT JOIN proxy_addresses AS p ON e.client_ip = p.client_ip
    WHERE e.account_id IS NOT NULL
)
SELECT
    account_id, client_ip, user_agent, min(started_at) AS first_at, max(started_at) AS last_at, count(*) AS uses,
    min((started_at, evidence_id, line)) AS first_use
FROM came
GROUP BY account_id, client_ip, user_agent;

UPDATE account_clients SET client_ip = NULL WHERE is_nobodys_address(client_ip);

-- A key that stands in the URLs of a page is used by whoever looks at the page: from many addresses, none of them the account's own.
DELETE FROM account_clients
WHERE account_id IN (
    SELECT c.account_id
    FROM account_clients AS c
    JOIN account_aliases AS a ON c.account_id = a.account_id AND a.source = 'log' AND a.key_type = 'url_key'
    GROUP BY c.account_id
    HAVING count(DISTINCT c.client_ip) > 20
);

CREATE OR REPLACE TEMP TABLE account_addresses AS
SELECT
    account_id, client_ip, min(first_at) AS first_at, max(last_at) AS last_at, CAST(sum(uses) AS BIGINT) AS uses,
    min(first_use)[2] AS evidence_id, min(first_use)[3] AS line, network_of(client_ip) AS network
FROM account_clients
WHERE client_ip IS NOT NULL
GROUP BY account_id, client_ip;

CREATE OR REPLACE TEMP TABLE account_extras AS
WITH named (kind, name) AS (VALUES
    ('session', 'session'), ('session', 'session_id'), ('session', 'sessionid'), ('session', 'sid'),
    ('device', 'device'), ('device', 'device_id'), ('device', 'deviceid'), ('device', 'device_fingerprint'), ('device', 'installation_id'),
    ('api_key', 'api_key'), ('api_key', 'apikey'), ('api_key', 'api_key_id'), ('api_key', 'key_id'), ('api_key', 'token_id'),
    ('tls_fingerprint', 'ja3'), ('tls_fingerprint', 'ja3_hash'), ('tls_fingerprint', 'ja4'), ('tls_fingerprint', 'tls_fingerprint')
),
carried AS (
    SELECT account_id, started_at, evidence_id, line, unnest(map_entries(extra)) AS entry
    FROM events
    WHERE account_id IS NOT NULL AND list_has_any(map_keys(extra), (SELECT list(name) FROM named))
)
SELECT
    c.account_id, n.kind, c.entry.value AS value, min(c.started_at) AS first_at, max(c.started_at) AS last_at, count(*) AS uses,
    min((c.started_at, c.evidence_id, c.line))[2] AS evidence_id, min((c.started_at, c.evidence_id, c.line))[3] AS line
FROM carried AS c
JOIN named AS n ON n.name = replace(lower(c.entry.key), '-', '_')
WHERE
    c.entry.value NOT IN ('', '-')
    -- What is called just "device" is a kind of device as often as one of them ("Pixel 7"): only what can be an identifier is one.
    AND (n.name <> 'device' OR regexp_full_match(c.entry.value, '[0-9A-Fa-f-]{16,}'))
GROUP BY c.account_id, n.kind, c.entry.value;
