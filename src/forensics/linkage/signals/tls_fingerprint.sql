-- title: the same TLS fingerprint
-- why: a fingerprint (JA3, JA4) is one piece of software, not one machine: it only adds to others, and only if few have it
-- weigh: family=device level=operator m=0.5 chance=6 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
SELECT account_id, 'tls_fingerprint' AS identifier_type, value AS identifier_value, first_at, last_at, uses, evidence_id, line
FROM account_extras
WHERE kind = 'tls_fingerprint';
