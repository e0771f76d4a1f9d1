-- title: what payment and identifier exports call their accounts, joined to accounts
-- why: a payment export may carry an account id, an email, or only the provider's customer id, which another row or export ties to an
--      email. Keys that mean two accounts join none. Where accounts are people of customers that have several (each with an id of his own), payments
--      may name customers: then an id that another person has, too, joins none. They do where their header is the customers' in the export of
--      people (unless ids of people and customers differ and none of theirs is a customer's), and not where it is the people's; under any other
--      header, where every key is a customer's.
-- parameters: $tenants (headers of ids that may be those of a customer with many people)
CREATE OR REPLACE TEMP TABLE record_names AS
SELECT 'payments' AS source, evidence_id, account_key AS key FROM payment_records WHERE account_key IS NOT NULL
UNION SELECT 'payments', evidence_id, payer_id FROM payment_records WHERE payer_id IS NOT NULL
UNION SELECT 'payments', evidence_id, payer_email FROM payment_records WHERE payer_email IS NOT NULL
UNION SELECT 'identifiers', evidence_id, account_key FROM identifier_records;

CREATE OR REPLACE TEMP TABLE record_found AS
SELECT l.source, l.evidence_id, l.key, k.key_type, k.account_id, k.account_ids, k.owners
FROM record_names AS l
JOIN account_keys AS k ON k.key = l.key AND k.key_type <> 'email'
UNION ALL -- two equalities, so that each is a hash join
SELECT l.source, l.evidence_id, l.key, k.key_type, k.account_id, k.account_ids, k.owners
FROM record_names AS l
JOIN account_keys AS k ON k.key = lower(l.key) AND k.key_type = 'email';

CREATE OR REPLACE TEMP TABLE record_keys AS
SELECT DISTINCT evidence_id, account_key AS key FROM payment_records WHERE account_key IS NOT NULL
UNION ALL
SELECT DISTINCT evidence_id, account_key FROM identifier_records;

INSERT INTO record_found
SELECT l.source, o.evidence_id, o.key, o.key_type, o.account_id, o.account_ids, o.owners
FROM found_otherwise('record_keys', 'record_found') AS o
JOIN record_names AS l USING (evidence_id, key);

CREATE OR REPLACE TEMP TABLE customers_people AS
WITH told AS (
    SELECT DISTINCT evidence_id, account_id, said.key AS header, said.value AS key
    FROM (SELECT evidence_id, account_id, unnest(map_entries(extra)) AS said FROM named_records)
    WHERE said.key IN (SELECT unnest($tenants))
)
SELECT key, list_sort(list(DISTINCT account_id))[:20] AS account_ids, count(DISTINCT account_id) AS owners, list(DISTINCT header) AS headers
FROM told
SEMI JOIN (
    SELECT evidence_id, header FROM told GROUP BY evidence_id, header HAVING count(DISTINCT account_id) > count(DISTINCT key)
) USING (evidence_id, header)
GROUP BY key;

CREATE OR REPLACE TEMP TABLE customers_payments AS
WITH headers AS (
    SELECT DISTINCT account_header AS header, 'people' AS of FROM evidence_files WHERE kind = 'accounts'
    UNION
    SELECT unnest(headers), 'customers' FROM customers_people
),
known AS (SELECT header, any_value(of) AS of FROM headers GROUP BY header HAVING count(*) = 1)
SELECT f.evidence_id
FROM evidence_files AS f
LEFT JOIN known AS k ON k.header = f.account_header
WHERE f.kind = 'payments' AND CASE
    WHEN k.of = 'customers' THEN
        f.evidence_id IN (SELECT p.evidence_id FROM payment_records AS p SEMI JOIN customers_people AS c ON c.key = p.account_key)
        OR EXISTS (SELECT 1 FROM customers_people AS c SEMI JOIN account_records AS r ON r.account_id = c.key) -- 4 may be either's
    WHEN k.of = 'people' THEN FALSE
    ELSE f.evidence_id NOT IN (
        SELECT p.evidence_id FROM payment_records AS p ANTI JOIN customers_people AS c ON c.key = p.account_key WHERE p.account_key IS NOT NULL
    )
END;

INSERT INTO record_found
SELECT f.source, f.evidence_id, f.key, f.key_type, c.account_ids[1], c.account_ids, c.owners
FROM record_found AS f
JOIN customers_people AS c USING (key)
SEMI JOIN customers_payments USING (evidence_id)
WHERE f.key_type = 'account_id';

DELETE FROM record_found AS f -- a customer whose people are not known is not whoever has that id himself
WHERE f.key_type = 'account_id' AND f.evidence_id IN (SELECT evidence_id FROM customers_payments)
    AND (f.evidence_id, f.key) IN (SELECT evidence_id, key FROM record_keys) AND f.key NOT IN (SELECT key FROM customers_people);

CREATE OR REPLACE TEMP TABLE record_fit AS
SELECT evidence_id, arg_max(key_type, (names, key_type = 'account_id', key_type = 'email')) AS key_type
FROM (SELECT evidence_id, key_type, count(*) AS names FROM record_found GROUP BY evidence_id, key_type)
GROUP BY evidence_id;

CREATE OR REPLACE TEMP TABLE record_joined AS
WITH ranked AS (
    SELECT f.*, f.key_type = t.key_type AS fits, bool_or(f.key_type = t.key_type) OVER (PARTITION BY f.evidence_id, f.source, f.key) AS fitted
    FROM record_found AS f
    JOIN record_fit AS t USING (evidence_id)
)
SELECT
    source, key, min(key_type) AS key_type, min(account_id) AS account_id, max(owners) AS owners, count(DISTINCT account_id) AS meant,
    list_sort(list_distinct(flatten(list(account_ids)))) AS account_ids
FROM ranked
WHERE fits OR NOT fitted
GROUP BY source, key;

INSERT INTO account_aliases
SELECT source, 'account_key', key, account_id, key_type FROM record_joined WHERE owners = 1 AND meant = 1 ORDER BY source, key;

INSERT INTO ambiguous_keys
SELECT source, 'account_key', key, account_ids FROM record_joined WHERE owners > 1 OR meant > 1 ORDER BY source, key;

-- Accounts that only identifiers, or only payments, know (the latter where no accounts were handed over).
INSERT INTO account_aliases
SELECT DISTINCT 'identifiers', 'account_key', r.account_key, r.account_key, 'seen only in identifiers'
FROM identifier_records AS r
ANTI JOIN record_joined AS j ON j.source = 'identifiers' AND j.key = r.account_key
ORDER BY 3;

INSERT INTO account_aliases
SELECT DISTINCT 'payments', 'account_key', r.account_key, r.account_key, 'seen only in payments'
FROM payment_records AS r
ANTI JOIN record_joined AS j ON j.source = 'payments' AND j.key = r.account_key
WHERE r.account_key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM account_records)
ORDER BY 3;

-- A provider's customer id stands for the account that its other rows name.
CREATE OR REPLACE TEMP TABLE customer_accounts AS
SELECT p.payer_id AS key, min(a.account_id) AS account_id
FROM payment_records AS p
JOIN account_aliases AS a ON a.source = 'payments' AND a.key = p.account_key
WHERE p.payer_id IS NOT NULL
GROUP BY p.payer_id
HAVING count(DISTINCT a.account_id) = 1;

INSERT INTO account_aliases
SELECT DISTINCT 'payments', 'account_key', r.account_key, c.account_id, 'customer id'
FROM payment_records AS r
JOIN customer_accounts AS c ON c.key = r.account_key
ANTI JOIN account_aliases AS a ON a.source = 'payments' AND a.key = r.account_key
ORDER BY 3;
