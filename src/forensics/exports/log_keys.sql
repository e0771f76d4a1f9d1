-- title: what the logs call their users, joined to accounts
-- why: per log the kind of key that fits most of its names (account id, email or user name); a name that this kind does not know may be
--      known under another kind, if that is unmistakable. A name that means two accounts joins none. A word that says that nobody signed in
--      (anonymous), or how (bearer, saml), is nobody's name unless an export knows it: a load of all who did not sign in is not one account's.
--      What servers escape in a name (nginx and Varnish log j\xC3\xBCrgen) is also looked for as it was sent.
-- parameters: none
CREATE OR REPLACE TEMP TABLE log_names AS
SELECT evidence_id, user_name AS key, count(*) AS uses, min(line) AS line
FROM stored_events
WHERE user_name IS NOT NULL
GROUP BY evidence_id, user_name;

CREATE OR REPLACE TEMP VIEW log_told AS
SELECT evidence_id, key, key AS told FROM log_names
UNION
SELECT evidence_id, key, TRY(url_decode(regexp_replace(replace(key, '%', '%25'), '\\x([0-9A-Fa-f]{2})', '%\1', 'g')))
FROM log_names
WHERE contains(key, '\x');

CREATE OR REPLACE TEMP TABLE log_found AS
SELECT l.evidence_id, l.key, k.key_type, k.account_id, k.account_ids, k.owners
FROM log_told AS l
JOIN account_keys AS k ON k.key = l.told AND k.key_type NOT IN ('email', 'customer_id')
UNION ALL -- two equalities, so that each is a hash join
SELECT l.evidence_id, l.key, k.key_type, k.account_id, k.account_ids, k.owners
FROM log_told AS l
JOIN account_keys AS k ON k.key = lower(l.told) AND k.key_type = 'email';

INSERT INTO log_found
FROM found_otherwise('log_names', 'log_found');

CREATE OR REPLACE TEMP TABLE log_fit AS
SELECT evidence_id, arg_max(key_type, (names, key_type = 'account_id', key_type = 'email')) AS key_type
FROM (SELECT evidence_id, key_type, count(*) AS names FROM log_found GROUP BY evidence_id, key_type)
GROUP BY evidence_id;

CREATE OR REPLACE TEMP TABLE log_joined AS
WITH ranked AS (
    SELECT f.*, f.key_type = t.key_type AS fits, bool_or(f.key_type = t.key_type) OVER (PARTITION BY f.evidence_id, f.key) AS fitted
    FROM log_found AS f
    JOIN log_fit AS t USING (evidence_id)
),
chosen AS (SELECT key, key_type, account_id, account_ids, owners FROM ranked WHERE fits OR NOT fitted)
SELECT
    key, min(key_type) AS key_type, min(account_id) AS account_id, max(owners) AS owners, count(DISTINCT account_id) AS meant,
    list_sort(list_distinct(flatten(list(account_ids)))) AS account_ids
FROM chosen
GROUP BY key;

INSERT INTO account_aliases
SELECT 'log', 'user_name', key, account_id, key_type FROM log_joined WHERE owners = 1 AND meant = 1 ORDER BY key;

INSERT INTO ambiguous_keys
SELECT 'log', 'user_name', key, account_ids FROM log_joined WHERE owners > 1 OR meant > 1 ORDER BY key;

INSERT INTO account_aliases
SELECT DISTINCT 'log', 'user_name', l.key, l.key, 'seen only in logs'
FROM log_names AS l
ANTI JOIN log_joined AS j ON j.key = l.key
WHERE lower(l.key) NOT IN (
    'anonymous', 'anonymoususer', 'anon', 'guest', 'nobody', 'none', 'null', 'nil', 'undefined', 'unknown', 'n/a', '(null)', '(none)', '<nil>', '0', 'true', 'false',
    'unauthenticated', 'unauthorized', 'not-authenticated', 'public', 'basic', 'digest', 'bearer', 'negotiate', 'ntlm', 'kerberos', 'saml', 'oidc', 'oauth', 'oauth2',
    'jwt', 'mtls', 'password', 'token', 'cookie', 'session', 'api_key', 'apikey', 'api-key', 'client_credentials', 'authorization_code', 'refresh_token'
)
ORDER BY 3;
