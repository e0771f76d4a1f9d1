-- title: accounts of all exports, and the keys by which logs and other exports may name them
-- why: one account may be in several exports; each of its columns is the first that is filled, in an order that does not depend on
--      when the exports were loaded. What a payment provider calls the account joins its payments. A record without an account id is the
--      account that its email or user name alone names. Two exports whose ids mean different people (two shops, each counting its customers from
--      one) are told by the ids that both hold: most of them have another mailbox, another name and another beginning. Such an id is nobody's: the
--      accounts are called ID (FILE), and logs and payments that name the id join none of them.
--      Where one of them is called users and the other after something else that people are written down for (invites, newsletter), the ids of users
--      are meant, and only the other's are called so. A name of a shop or a country does not say that both are of one database.
--      An export may give an account a second id (user_id beside account_id), and logs may name that one; numbers of it fit whatever is counted.
-- parameters: $customers (headers under which account exports say what a payment provider calls an account), $others (... a second id),
--      $people and $listed (how files are called that hold people, and others in which people are written down)

CREATE OR REPLACE TEMP TABLE foreign_exports AS -- pairs of them: the export whose ids are called otherwise, and which other has them, too
WITH told AS (
    SELECT account_id, evidence_id, min(split_part(lower(email), '@', 1)) AS mailbox, min(lower(name)) AS name, min(created_at) AS created_at
    FROM account_records
    WHERE account_id IS NOT NULL AND email IS NOT NULL
    GROUP BY account_id, evidence_id
)
SELECT a.evidence_id, b.evidence_id AS other
FROM told AS a
JOIN told AS b ON a.account_id = b.account_id AND a.evidence_id <> b.evidence_id
JOIN evidence_files AS f ON f.evidence_id = a.evidence_id
JOIN evidence_files AS o ON o.evidence_id = b.evidence_id
WHERE NOT (
    regexp_matches(lower(parse_filename(f.path)), $people) AND regexp_matches(lower(parse_filename(o.path)), $listed)
)
GROUP BY a.evidence_id, b.evidence_id
HAVING count(*) FILTER (
    a.mailbox <> b.mailbox AND NOT coalesce(a.name = b.name, FALSE)
    AND NOT coalesce(a.created_at = b.created_at AND a.created_at <> date_trunc('day', a.created_at), FALSE)
) >= greatest(3, 0.5 * count(*));

CREATE OR REPLACE TEMP TABLE foreign_ids AS
SELECT DISTINCT
    r.account_id AS id, r.evidence_id,
    format('{} ({}{})', r.account_id, f.path, if(count(*) OVER (PARTITION BY f.path, r.account_id) > 1, ' ' || r.evidence_id, '')) AS account_id
FROM (SELECT DISTINCT account_id, evidence_id FROM account_records WHERE account_id IS NOT NULL) AS r
JOIN foreign_exports AS x ON x.evidence_id = r.evidence_id
SEMI JOIN account_records AS o ON o.evidence_id = x.other AND o.account_id = r.account_id
JOIN evidence_files AS f ON f.evidence_id = r.evidence_id;

INSERT INTO ambiguous_keys
SELECT 'accounts', 'account_id', id, list(account_id ORDER BY account_id)[:20]
FROM foreign_ids
WHERE id NOT IN (
    SELECT account_id FROM account_records AS r ANTI JOIN foreign_ids AS f ON f.id = r.account_id AND f.evidence_id = r.evidence_id
    WHERE account_id IS NOT NULL
)
GROUP BY id
ORDER BY id;

CREATE OR REPLACE TEMP TABLE named_records AS
WITH own AS (
    SELECT r.* REPLACE (coalesce(f.account_id, r.account_id) AS account_id)
    FROM account_records AS r
    LEFT JOIN foreign_ids AS f ON f.id = r.account_id AND f.evidence_id = r.evidence_id
),
whole AS (
    SELECT DISTINCT account_id, email, user_name FROM own WHERE account_id IS NOT NULL
),
owners AS (
    SELECT 'email' AS key_type, email AS key, min(account_id) AS account_id FROM whole WHERE email IS NOT NULL
    GROUP BY email HAVING count(DISTINCT account_id) = 1
    UNION ALL
    SELECT 'user_name', user_name, min(account_id) FROM whole WHERE user_name IS NOT NULL
    GROUP BY user_name HAVING count(DISTINCT account_id) = 1
)
SELECT r.* REPLACE (coalesce(r.account_id, e.account_id, u.account_id, r.email, r.user_name) AS account_id)
FROM own AS r
LEFT JOIN owners AS e ON r.account_id IS NULL AND e.key_type = 'email' AND e.key = r.email
LEFT JOIN owners AS u ON r.account_id IS NULL AND u.key_type = 'user_name' AND u.key = r.user_name;

INSERT INTO account_customers
SELECT DISTINCT account_id, said.key, said.value, evidence_id, line
FROM (SELECT account_id, unnest(map_entries(extra)) AS said, evidence_id, line FROM named_records)
WHERE said.key IN (SELECT unnest($customers))
ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE account_keys AS
WITH keys AS (
    SELECT 'account_id' AS key_type, account_id AS key, account_id FROM named_records
    UNION SELECT 'email', lower(email), account_id FROM named_records WHERE email IS NOT NULL
    UNION SELECT 'user_name', user_name, account_id FROM named_records WHERE user_name IS NOT NULL
    UNION SELECT 'customer_id', customer_id, account_id FROM account_customers
    UNION
    SELECT 'another id', said.value, account_id
    FROM (SELECT account_id, unnest(map_entries(extra)) AS said FROM named_records)
    WHERE said.key IN (SELECT unnest($others)) AND NOT regexp_full_match(said.value, '[0-9]*')
)
SELECT key_type, key, min(account_id) AS account_id, list(account_id ORDER BY account_id)[:20] AS account_ids, count(*) AS owners
FROM keys
GROUP BY key_type, key;
