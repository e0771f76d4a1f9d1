-- title: identifiers that the investigator brought
-- why: loaded with --kind identifiers; a type that the program knows under another name is given its own name. Of a type that it does not
--      know it assumes little: one value in common is never enough, several rare ones are.
-- weigh: family=brought level=operator m=0.5 chance=0.5 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
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
    coalesce(r.last_at, r.first_at) AS last_at, 1 AS uses, r.evidence_id, r.line
FROM plain AS r
JOIN account_aliases AS a ON a.source = 'identifiers' AND a.key = r.account_key
LEFT JOIN names AS n ON n.name = r.given;
