-- title: who made the requests of a tier that names nobody: as the tier behind it says
-- why: run after tier_streams, told_links (outer, inner, later_us) being filled. The same request is told by its id where both carry one; else
--      by the same method, path, query, status and address within a second or two; where the inner tier knows only the proxy's address, by being
--      the only such request for seconds in both. Whatever could be another's (two names, or one and nobody) names nobody. Everything is
--      grouped by seconds before it is joined: no pair is looked at for each request.
-- parameters: none
-- By which ids a request is told; of a trace that a load balancer began (`Root=1-...;Parent=...`) the root, of Google's and W3C's
-- (`projects/P/traces/T`, `T/SPAN;o=1`, `00-T-SPAN-01`) the trace.
CREATE OR REPLACE TEMP MACRO ids_of(extra) AS list_filter(
    list_transform(
        [extra['request_id'], extra['trace_id']],
        lambda id: regexp_replace(
            id, '^(?:.*\b(1-[0-9a-f]{8}-[0-9a-f]{24}).*|(?:projects/[^/]+/traces/|00-)?([0-9a-f]{32})(?:/[0-9]+(?:;o=[0-9])?|-[0-9a-f]{16}-[0-9a-f]{2})?)$', '\1\2'
        )
    ),
    lambda id: length(id) >= 8
);

CREATE OR REPLACE TEMP TABLE told_asked AS
SELECT
    f.stream AS outer_stream, e.evidence_id, e.line, epoch_us(e.started_at) // 1000000 AS second, e.client_ip AS address,
    hash(e.method, e.path, coalesce(e.query, ''), e.status) AS content,
    ids_of(e.extra) AS ids
FROM stored_events AS e
JOIN tier_files AS f ON e.evidence_id = f.evidence_id
WHERE f.stream IN (SELECT outer_stream FROM told_links) AND e.user_name IS NULL AND e.extra['api_key'] IS NULL AND e.path IS NOT NULL;

CREATE OR REPLACE TEMP TABLE told_answered AS
SELECT
    l.outer_stream, e.evidence_id, e.line, (epoch_us(e.started_at) - l.later_us) // 1000000 AS second, e.client_ip AS address,
    list_transform(string_split(e.extra['forwarded_for'], ','), lambda address: trim(address)) AS forwarded, -- Google appends its own address
    hash(e.method, e.path, coalesce(e.query, ''), e.status) AS content,
    ids_of(e.extra) AS ids,
    CASE WHEN e.user_name IS NOT NULL THEN 'user_name' ELSE 'api_key' END AS key_type,
    coalesce(e.user_name, e.extra['api_key'], '') AS key
FROM stored_events AS e
JOIN tier_files AS f ON e.evidence_id = f.evidence_id
JOIN told_links AS l ON f.stream = l.inner_stream
WHERE e.path IS NOT NULL;

-- An id names who asked where all lines with it that name somebody name the same.
CREATE OR REPLACE TEMP TABLE told_by_id AS
WITH
answered AS (
    SELECT outer_stream, id, min(key_type) AS key_type, min(key) AS key, arg_min((evidence_id, line), (evidence_id, line)) AS source
    FROM (SELECT *, unnest(ids) AS id FROM told_answered)
    WHERE key <> ''
    GROUP BY outer_stream, id
    HAVING min((key_type, key)) = max((key_type, key))
),
asked AS (
    SELECT outer_stream, evidence_id, line, unnest(ids) AS id
    FROM told_asked
)
SELECT a.evidence_id, a.line, min(b.key_type) AS key_type, min(b.key) AS key, min(b.source) AS source
FROM asked AS a
JOIN answered AS b ON a.outer_stream = b.outer_stream AND a.id = b.id
GROUP BY a.evidence_id, a.line
HAVING min((b.key_type, b.key)) = max((b.key_type, b.key));

CREATE OR REPLACE TEMP TABLE told_by_address AS
WITH
answered AS (
    SELECT
        outer_stream, content, seen_from, second, min({'key_type': key_type, 'key': key}) AS least, max({'key_type': key_type, 'key': key}) AS most,
        arg_min((evidence_id, line), (evidence_id, line)) AS source
    FROM (
        SELECT *, unnest(list_distinct(list_append(coalesce(forwarded, []), address))) AS seen_from
        FROM told_answered
    )
    WHERE seen_from IS NOT NULL
    GROUP BY outer_stream, content, seen_from, second
),
asked AS (SELECT outer_stream, content, address, second, evidence_id, line, unnest([-1, 0, 1]) AS step FROM told_asked)
SELECT a.evidence_id, a.line, min(b.least)['key_type'] AS key_type, min(b.least)['key'] AS key, arg_min(b.source, abs(a.step)) AS source
FROM asked AS a
JOIN answered AS b
    ON a.outer_stream = b.outer_stream AND a.content = b.content AND a.address = b.seen_from AND a.second + a.step = b.second
GROUP BY a.evidence_id, a.line
HAVING min(b.least) = max(b.most) AND min(b.least)['key'] <> '';

-- The only request of its content for five seconds, in both: only where the inner tier does not know the clients' addresses.
CREATE OR REPLACE TEMP TABLE told_by_content AS
WITH
answered AS (
    SELECT *
    FROM told_answered
    WHERE outer_stream NOT IN (SELECT a.outer_stream FROM told_by_address AS t JOIN told_asked AS a USING (evidence_id, line))
    QUALIFY count(*) OVER (PARTITION BY outer_stream, content ORDER BY second RANGE BETWEEN 2 PRECEDING AND 2 FOLLOWING) = 1
),
asked AS (
    SELECT *
    FROM told_asked
    QUALIFY count(*) OVER (PARTITION BY outer_stream, content ORDER BY second RANGE BETWEEN 2 PRECEDING AND 2 FOLLOWING) = 1
)
SELECT a.evidence_id, a.line, b.key_type, b.key, (b.evidence_id, b.line) AS source
FROM asked AS a
JOIN answered AS b ON a.outer_stream = b.outer_stream AND a.content = b.content AND a.second BETWEEN b.second - 1 AND b.second + 1
WHERE b.key <> '';

INSERT INTO told_users
SELECT evidence_id, line, key_type, key, source[1] AS of_evidence_id, source[2] AS of_line, how
FROM (
    SELECT *, 'its id' AS how, 1 AS rank FROM told_by_id
    UNION ALL SELECT *, 'address, request and second', 2 FROM told_by_address
    UNION ALL SELECT *, 'request and second', 3 FROM told_by_content
)
QUALIFY row_number() OVER (PARTITION BY evidence_id, line ORDER BY rank) = 1
ORDER BY evidence_id, line
