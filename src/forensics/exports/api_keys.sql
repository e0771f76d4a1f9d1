-- title: API keys and sessions by which logs know their callers, joined to accounts
-- why: a gateway logs the key and no user, or whoever asks writes the key into the URL (maps, tiles, weather). Whose a key is, the accounts export says in a column of its own (also one of an account's metadata, or of
--      a list in it: attributes_api_key_0, app_metadata_api_key), or identifiers that were brought; a key
--      of two accounts joins none, and a key that nobody is known to own makes no account: it may be a secret. A session is whose the export
--      of sessions says, if its name is no mere number: short ones are given again, and to the connections of a proxy, too.
--      Where only the beginnings of keys are kept, a key is whose beginning it has, if that is drawn at random for six characters and neither
--      two accounts nor two keys of the logs have it: others in the logs may begin alike.
-- parameters: none
CREATE OR REPLACE TEMP TABLE key_owners AS
WITH carried AS (
    SELECT account_id, unnest(map_entries(extra)) AS entry FROM named_records
),
keys AS (
    SELECT entry.key AS name, trim(entry.value) AS key, account_id FROM carried
    UNION
    SELECT r.identifier_type, trim(r.identifier_value), a.account_id
    FROM identifier_records AS r
    JOIN account_aliases AS a ON a.source = 'identifiers' AND a.key = r.account_key
)
SELECT key, min(account_id) AS account_id, list_sort(list(DISTINCT account_id))[:20] AS account_ids, count(DISTINCT account_id) AS owners
FROM keys
WHERE (contains(lower(name), 'key') OR contains(lower(name), 'token')) AND regexp_matches( -- few names have either, and are looked at closely
    replace(regexp_replace(lower(trim(name)), '[^0-9a-z]+', '_', 'g'), 'apikey', 'api_key'),
    '^(?:(?:\w+_)?api_keys?(?:_\d+)?(?:_(?:id|key|value))?|(?:(?:\w+_)?(?:meta_?data|attributes?|claims|profile)_)?(?:key_id|token_id))(?:_\d+)?$'
)
GROUP BY key;

CREATE OR REPLACE MACRO url_key(query) AS regexp_extract( -- the view `events` asks for it too
    query, '(?i)(?:^|&)(?:(?:x-)?api[-_]?key|key|(?:access|auth|app|subscription|licen[cs]e)[-_]?key|app_?id|(?:api[-_]?|access[-_]?)?token)=([^&]+)', 1
);

-- Joins, so that no log is read where no key is known.
CREATE OR REPLACE TEMP TABLE keys_in_logs AS
SELECT DISTINCT 'api_key' AS key_type, 'API key' AS how, o.key, o.account_id, o.account_ids, o.owners
FROM stored_events AS e
JOIN key_owners AS o ON o.key = e.extra['api_key']
WHERE e.user_name IS NULL
UNION ALL
SELECT DISTINCT 'url_key', 'API key in the URL', o.key, o.account_id, o.account_ids, o.owners
FROM stored_events AS e
JOIN key_owners AS o ON o.key = url_key(e.query)
WHERE e.user_name IS NULL AND e.query IS NOT NULL AND e.extra['api_key'] IS NULL;

INSERT INTO keys_in_logs
WITH begun AS (
    SELECT trim(r.identifier_value) AS prefix, list_sort(list(DISTINCT a.account_id))[:20] AS account_ids, count(DISTINCT a.account_id) AS owners
    FROM identifier_records AS r
    JOIN account_aliases AS a ON a.source = 'identifiers' AND a.key = r.account_key
    WHERE r.identifier_type IN ('api_key_prefix', 'key_prefix', 'token_prefix') AND length(regexp_extract(trim(r.identifier_value), '[^_.-]*$')) >= 6
    GROUP BY ALL
),
used AS (
    SELECT DISTINCT
        if(e.extra['api_key'] IS NULL, 'url_key', 'api_key') AS key_type, coalesce(e.extra['api_key'], nullif(url_key(e.query), '')) AS key
    FROM stored_events AS e
    WHERE e.user_name IS NULL AND EXISTS (SELECT 1 FROM begun)
),
alike AS (
    SELECT u.key_type, u.key, b.account_ids, b.owners, count(DISTINCT u.key) OVER (PARTITION BY b.prefix) AS keys
    FROM used AS u
    CROSS JOIN (SELECT DISTINCT length(prefix) AS size FROM begun) AS s
    JOIN begun AS b ON b.prefix = left(u.key, s.size) AND length(u.key) > s.size
    WHERE u.key NOT IN (SELECT key FROM keys_in_logs)
)
SELECT key_type, 'the beginning of an API key', key, min(account_ids[1]), list_distinct(flatten(list(account_ids))), greatest(max(owners), max(keys), count(*))
FROM alike
GROUP BY key_type, key;

INSERT INTO keys_in_logs
WITH told AS (
    SELECT trim(r.identifier_value) AS key, list_sort(list(DISTINCT a.account_id))[:20] AS account_ids, count(DISTINCT a.account_id) AS owners
    FROM identifier_records AS r
    JOIN account_aliases AS a ON a.source = 'identifiers' AND a.key = r.account_key
    WHERE r.identifier_type IN ('session', 'session_id') AND tells_session(r.identifier_value)
    GROUP BY ALL
)
SELECT DISTINCT 'session', 'session', t.key, t.account_ids[1], t.account_ids, t.owners
FROM stored_events AS e
JOIN told AS t ON t.key = e.extra['session_id']
WHERE e.user_name IS NULL AND e.extra['api_key'] IS NULL;

INSERT INTO account_aliases
SELECT 'log', key_type, key, account_id, how FROM keys_in_logs WHERE owners = 1 ORDER BY key_type, key;

INSERT INTO ambiguous_keys
SELECT 'log', key_type, key, account_ids FROM keys_in_logs WHERE owners > 1 ORDER BY key_type, key;
