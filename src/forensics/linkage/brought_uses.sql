-- title: identifiers that were brought, joined to accounts, and their bursts
-- why: names of types and accounts are brought into the program's own; a value that is another account's id (who funded, who invited whom)
--      is that account's value too; several accounts using one value right after the other, when it is used rarely, are a burst. Dates
--      without a time of day, and one instant for all, say nothing.
-- parameters: none
CREATE OR REPLACE TEMP TABLE brought_rows AS
WITH names (name, identifier_type) AS (VALUES
    ('ip', 'client_ip'), ('ip_address', 'client_ip'), ('address', 'client_ip'), ('card', 'card_fingerprint'), ('fingerprint', 'card_fingerprint'),
    ('card_hash', 'card_fingerprint'), ('customer_id', 'payer_id'), ('payer', 'payer_id'), ('iban', 'bank_account'), ('domain', 'email_domain'),
    ('company', 'company_name'), ('device_id', 'device'), ('device_fingerprint', 'device'), ('session_id', 'session'), ('apikey', 'api_key'),
    ('ja3', 'tls_fingerprint'), ('ja4', 'tls_fingerprint'), ('agent', 'user_agent'), ('network', 'client_network'), ('email', 'mailbox')
),
plain AS (
    SELECT *, regexp_replace(lower(trim(coalesce(identifier_type, 'identifier'))), '[^0-9a-z]+', '_', 'g') AS given FROM identifier_records
)
SELECT
    a.account_id, coalesce(n.identifier_type, r.given) AS identifier_type, trim(r.identifier_value) AS identifier_value, r.first_at,
    coalesce(r.last_at, r.first_at) AS last_at, r.evidence_id, r.line
FROM plain AS r
JOIN account_aliases AS a ON a.source = 'identifiers' AND a.key = r.account_key
LEFT JOIN names AS n ON n.name = r.given
-- The first or last digits of a card, and how a key begins, are many people's.
WHERE r.given NOT IN (
    'api_key_prefix', 'key_prefix', 'token_prefix',
    'bin', 'card_bin', 'iin', 'first6', 'first_6', 'first_six', 'card_first6', 'last4', 'last_4', 'last_four', 'card_last4')
    AND NOT starts_with(trim(r.identifier_value), '**** ')
    AND (r.given NOT IN ('session', 'session_id') OR tells_session(r.identifier_value));

CREATE OR REPLACE TEMP TABLE brought_accounts AS
WITH valued AS (SELECT DISTINCT identifier_type, identifier_value FROM brought_rows),
named AS (
    SELECT v.identifier_type, v.identifier_value, a.account_id
    FROM valued AS v
    LEFT JOIN account_aliases AS a ON a.source = 'identifiers' AND a.key = v.identifier_value
),
relations AS (
    SELECT identifier_type, count(account_id) >= 0.5 * count(*) AS mostly FROM named GROUP BY identifier_type HAVING count(account_id) > 0
)
SELECT n.identifier_type, n.identifier_value, n.account_id
FROM named AS n
JOIN relations AS r USING (identifier_type)
WHERE n.account_id IS NOT NULL AND (r.mostly OR length(n.identifier_value) >= 8);

CREATE OR REPLACE TEMP TABLE brought_bursts AS
WITH timed AS (
    SELECT account_id, identifier_type, identifier_value, first_at, evidence_id, line
    FROM brought_rows
    WHERE first_at IS NOT NULL AND first_at <> date_trunc('day', first_at)
    QUALIFY count(*) OVER (PARTITION BY identifier_type, identifier_value) > 1
),
spans AS (
    SELECT identifier_type, greatest(86400, epoch(max(first_at) - min(first_at))) AS seconds, count(*) AS uses FROM brought_rows
    WHERE first_at IS NOT NULL GROUP BY identifier_type
),
hours AS (
    SELECT identifier_type, date_trunc('hour', first_at) AS hour, count(*) AS uses FROM brought_rows WHERE first_at IS NOT NULL GROUP BY ALL
),
steps AS (
    SELECT
        t.*, s.seconds AS span, count(*) OVER value AS value_uses,
        epoch(t.first_at - lag(t.first_at) OVER (PARTITION BY t.identifier_type, t.identifier_value ORDER BY t.first_at, t.account_id, t.line)) AS gap
    FROM timed AS t
    JOIN spans AS s USING (identifier_type)
    WINDOW value AS (PARTITION BY t.identifier_type, t.identifier_value)
),
chained AS (
    SELECT
        *, sum(CASE WHEN gap <= least(1800, 0.1 * span / value_uses) THEN 0 ELSE 1 END) OVER (
            PARTITION BY identifier_type, identifier_value ORDER BY first_at, account_id, line ROWS UNBOUNDED PRECEDING
        ) AS chain
    FROM steps
),
bursts AS (
    SELECT
        identifier_type, identifier_value, chain, count(DISTINCT account_id) AS members, min(first_at) AS begun,
        epoch(max(first_at) - min(first_at)) + 60 AS seconds, any_value(span) AS span, any_value(value_uses) AS value_uses
    FROM chained
    GROUP BY identifier_type, identifier_value, chain
    HAVING count(DISTINCT account_id) > 1 AND (count(DISTINCT first_at) > count(*) / 2)
),
expecting AS (
    SELECT
        b.*, greatest(
            greatest(b.value_uses - b.members, 1) * b.seconds / b.span,  -- by how often the value is used
            CAST(b.value_uses AS DOUBLE) * greatest(h.uses - b.members, 0) * (b.seconds / 3600 + 1) / s.uses  -- and by what else goes on in that hour
        ) AS expected
    FROM bursts AS b
    JOIN hours AS h ON h.identifier_type = b.identifier_type AND h.hour = date_trunc('hour', b.begun)
    JOIN spans AS s ON s.identifier_type = b.identifier_type
)
SELECT c.account_id, c.identifier_type, c.identifier_value, c.first_at, c.evidence_id, c.line, e.begun, e.members
FROM chained AS c
JOIN expecting AS e USING (identifier_type, identifier_value, chain)
WHERE e.members > e.expected
    AND e.members * log2(e.members / e.expected) - (e.members - e.expected) / ln(2) >= CASE WHEN e.members = 2 THEN 8 ELSE 12 END;

-- How many values of each type an account usually has: one (who paid, who invited) or many (what it looked at).
CREATE OR REPLACE TEMP TABLE brought_types AS
SELECT identifier_type, count(DISTINCT (account_id, identifier_value)) <= 1.5 * count(DISTINCT account_id) AS one_each
FROM brought_rows
GROUP BY identifier_type;
