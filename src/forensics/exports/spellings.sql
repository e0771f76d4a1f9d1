-- title: names of accounts that are written otherwise
-- why: one account is auth0|65b1 here and 65b1 there, a UUID with dashes and without, user:42 and 42, a mailbox percent-encoded or in the subject
--      of a certificate, CORP\ann and ann@corp.example. The names of a file that are mostly unknown as they stand are looked for so. It is
--      believed where most of its names are found, and each is another account: a few that happen to fit are no proof. Numbers fit whatever is
--      counted: one stands for an account only behind a word that says so (user:42, not device:42).
-- parameters: none
CREATE OR REPLACE TEMP MACRO bare_name(name) AS regexp_replace(regexp_replace(
    lower(CASE WHEN contains(name, '=') THEN coalesce(nullif(regexp_extract(name, '[\w.+-]+@[\w.-]+'), ''), name) ELSE name END),
    '^(?:.*[|:\\/])?(?:user|usr|uid|u|account|acct|acc|customer|cust|cus|member|mem|profile|id|sub|person)[|:\\/_-](\d+)$', '\1'),
    '^.*[|:\\/](.*[^0-9].*)$|^[a-z]{2,8}[_-]([0-9a-f]{12,})$', '\1\2'
);

CREATE OR REPLACE TEMP MACRO one_spelling(bare) AS CASE
    WHEN regexp_full_match(bare, '\{?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?') THEN regexp_replace(bare, '[{}-]', '', 'g')
    ELSE bare
END;

CREATE OR REPLACE TEMP MACRO spelling(name) AS one_spelling(bare_name(coalesce(TRY(url_decode(name)), name)));

CREATE OR REPLACE TEMP VIEW account_spellings AS
SELECT key_type, spelling, min(account_id) AS account_id, list_sort(list_distinct(flatten(list(account_ids))))[:20] AS account_ids, max(needed) AS needed,
    max(fewest) AS fewest
FROM (
    SELECT key_type || ', written otherwise' AS key_type, spelling(key) AS spelling, account_id, account_ids, 0.5 AS needed, 3 AS fewest FROM account_keys
    WHERE key_type IN ('account_id', 'email', 'user_name')
    UNION ALL
    SELECT 'what stands before the @ of their mailbox', split_part(key, '@', 1), account_id, account_ids, 0.9, 10 FROM account_keys
    WHERE key_type = 'email' AND contains(key, '@')
)
WHERE spelling <> ''
GROUP BY key_type, spelling
HAVING len(account_ids) = 1;

-- `named_in` and `known_in` are tables of (evidence_id, key): all names, each once, and those that are known as they stand.
CREATE OR REPLACE TEMP MACRO found_otherwise(named_in, known_in) AS TABLE
    WITH files AS (
        SELECT evidence_id, count(*) AS names, count(f.key) AS found
        FROM query_table(named_in) AS n
        LEFT JOIN (SELECT DISTINCT evidence_id, key FROM query_table(known_in)) AS f USING (evidence_id, key)
        GROUP BY evidence_id
    ),
    met AS (
        SELECT u.evidence_id, u.key, u.names, s.key_type, s.account_id, s.account_ids, s.needed, s.fewest
        FROM (
            SELECT n.evidence_id, n.key, f.names
            FROM query_table(named_in) AS n
            JOIN files AS f ON f.evidence_id = n.evidence_id AND 2 * f.found < f.names
        ) AS u
        JOIN account_spellings AS s ON s.spelling = spelling(u.key)
    ),
    fitting AS (
        SELECT evidence_id, key_type
        FROM met
        GROUP BY evidence_id, key_type
        HAVING count(*) >= max(fewest) AND count(*) = count(DISTINCT account_id) AND count(*) >= max(needed) * max(names)
    )
    SELECT evidence_id, key, key_type, account_id, account_ids, CAST(1 AS BIGINT) AS owners
    FROM met
    SEMI JOIN fitting USING (evidence_id, key_type);
