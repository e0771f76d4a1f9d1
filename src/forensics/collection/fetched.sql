-- title: every object that chosen accounts, and loads without an account, asked for, and what they got
-- why: the one look at events that `taken` needs, for suspects only. Kinds are given by route, so that a ruling of the user
--      (`--object`) counts like what was inferred. What hands nothing over (a 304, a HEAD, a failure) is asked for, not served; where no
--      status is logged, what was served is not known. Answers that asking otherwise than by GET brought (a POST that makes something) may
--      be most of what was taken though their path names no object: they are rows of their own, by method and route, with object NULL. So are
--      the answers of one page that was asked with many different queries (record.aspx?id=7): there the number in them that differs most is
--      the object. A sign-in takes nothing, nor does who uploads, changes or deletes. Beside an account stands what was served
--      without one to an address of it, and beside a load without an account what accounts at its network were served: neither counts as
--      theirs, but half of a pair may be (a service's pictures often come by another way than what describes them, without a name).
-- parameters: $accounts; $subjects, $beginnings (of their networks), $agents, $starts, $ends (of loads without an account, see strangers.sql; equally long
--      lists); $route_ids and $kinds (equally long lists), $least (such answers, or such queries, of a route to all of them)
CREATE OR REPLACE TEMP TABLE fetched AS
WITH kinds AS (SELECT unnest(CAST($route_ids AS INTEGER[])) AS route_id, unnest(CAST($kinds AS VARCHAR[])) AS object_kind),
strangers AS (
    SELECT
        unnest(CAST($subjects AS VARCHAR[])) AS subject, unnest(CAST($beginnings AS VARCHAR[])) AS beginning,
        unnest(CAST($agents AS VARCHAR[])) AS agent, unnest(CAST($starts AS TIMESTAMP[])) AS starts, unnest(CAST($ends AS TIMESTAMP[])) AS ends
),
-- Not where most accounts are others': behind a proxy of the service everybody has one address.
homes AS (
    SELECT account_id, identifier_value AS address, first_at - INTERVAL 1 HOUR AS since, last_at + INTERVAL 1 HOUR AS until
    FROM identifiers
    SEMI JOIN (
        SELECT identifier_value
        FROM identifiers
        WHERE identifier_type = 'client_ip'
        GROUP BY identifier_value
        HAVING 2 * count(*) FILTER (account_id IN (SELECT unnest($accounts))) >= count(*)
    ) USING (identifier_value)
    WHERE identifier_type = 'client_ip' AND account_id IN (SELECT unnest($accounts))
),
wanted AS MATERIALIZED (
    SELECT q.account_id, NULL AS subject, FALSE AS beside, q.path, q.query, q.status, q.method, q.bytes_sent, q.started_at, q.evidence_id, q.line
    FROM requests AS q
    WHERE q.account_id IN (SELECT unnest($accounts)) AND q.path IS NOT NULL AND coalesce(upper(q.method), 'GET') NOT IN ('PUT', 'PATCH', 'DELETE')
    UNION ALL
    -- Once, though incidents may overlap.
    SELECT DISTINCT NULL, s.subject, q.account_id IS NOT NULL, q.path, q.query, q.status, q.method, q.bytes_sent, q.started_at, q.evidence_id, q.line
    FROM strangers AS s
    JOIN requests AS q ON q.started_at >= s.starts AND q.started_at <= s.ends
    WHERE q.path IS NOT NULL AND coalesce(upper(q.method), 'GET') NOT IN ('PUT', 'PATCH', 'DELETE')
        AND CASE
            WHEN q.account_id IS NOT NULL THEN starts_with(network_of(q.client_ip), s.beginning)
            ELSE (s.beginning IS NULL OR starts_with(network_of(q.client_ip), s.beginning)) AND (s.agent IS NULL OR q.user_agent = s.agent)
        END
    UNION ALL
    SELECT h.account_id, NULL, TRUE, q.path, q.query, q.status, q.method, q.bytes_sent, q.started_at, q.evidence_id, q.line
    FROM homes AS h
    JOIN requests AS q ON q.client_ip = h.address AND q.started_at BETWEEN h.since AND h.until
    WHERE q.account_id IS NULL AND q.path IS NOT NULL AND coalesce(upper(q.method), 'GET') NOT IN ('PUT', 'PATCH', 'DELETE')
),
paths AS (
    SELECT p.path, k.object_kind, coalesce(route_object(p.path, r.route), p.path) AS object
    FROM (SELECT DISTINCT path FROM wanted) AS p
    JOIN route_masks AS m ON m.mask = path_mask(p.path)
    JOIN routes AS r ON r.route_id = m.route_id
    JOIN kinds AS k ON k.route_id = m.route_id
),
made AS (
    SELECT w.*, upper(w.method) || ' ' || r.route AS object_kind
    FROM wanted AS w
    JOIN route_masks AS m ON m.mask = path_mask(w.path)
    JOIN routes AS r ON r.route_id = m.route_id
    WHERE NOT w.beside AND upper(w.method) NOT IN ('GET', 'HEAD', 'OPTIONS') AND m.route_id NOT IN (SELECT route_id FROM kinds)
        AND NOT regexp_matches(r.route, '(?i)/(?:auth|o?auth2?|sso|log[-_]?(?:in|out)|sign[-_]?(?:in|out|up)|sessions?|tokens?|refresh)(?:/|$)')
),
-- Grouped, and joined: a window over all rows of a kind takes a minute for half a million of them.
made_by AS (
    SELECT * FROM made
    SEMI JOIN (SELECT object_kind FROM made GROUP BY object_kind HAVING count(*) FILTER (hands_over(status, method)) >= $least) USING (object_kind)
),
paged AS (
    SELECT w.*, m.route_id, 'GET ' || r.route AS object_kind, string_split(w.query, '&') AS parameters
    FROM wanted AS w
    JOIN route_masks AS m ON m.mask = path_mask(w.path)
    JOIN routes AS r ON r.route_id = m.route_id
    WHERE NOT w.beside AND w.query IS NOT NULL AND coalesce(upper(w.method), 'GET') IN ('GET', 'HEAD') AND m.route_id NOT IN (SELECT route_id FROM kinds)
        AND NOT regexp_matches(r.route, '(?i)\.(?:css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|eot)$')
),
pages AS (
    SELECT * FROM paged
    SEMI JOIN (
        SELECT route_id FROM paged GROUP BY route_id HAVING count(DISTINCT query) FILTER (hands_over(status, method)) >= $least
    ) USING (route_id)
),
numbers AS (
    SELECT route_id, split_part(parameter, '=', 1) AS name
    FROM (SELECT route_id, unnest(parameters) AS parameter FROM pages)
    WHERE regexp_full_match(parameter, '(?i)[\w.-]*(?:id|nr|no|num|number|guid|sku|isbn|ean)=[\w.~%-]+')
        AND NOT regexp_matches(parameter, '(?i)^(?:[\w.-]*(?:session|client)[-_]?id|sid|utm_id|\w*clid)=')
    GROUP BY route_id, name
    HAVING count(DISTINCT parameter) >= $least
    QUALIFY row_number() OVER (PARTITION BY route_id ORDER BY count(DISTINCT parameter) DESC, name) = 1
),
asked AS (
    SELECT w.account_id, w.subject, w.beside, p.object_kind, p.object, w.status, w.method, w.bytes_sent, w.started_at, w.evidence_id, w.line
    FROM wanted AS w
    JOIN paths AS p ON p.path = w.path
    UNION ALL
    SELECT account_id, subject, FALSE, object_kind, NULL, status, method, bytes_sent, started_at, evidence_id, line
    FROM made_by
    UNION ALL
    SELECT
        p.account_id, p.subject, FALSE, p.object_kind, split_part(list_filter(p.parameters, lambda part: starts_with(part, n.name || '='))[1], '=', 2),
        p.status, p.method, p.bytes_sent, p.started_at, p.evidence_id, p.line
    FROM pages AS p
    LEFT JOIN numbers AS n ON n.route_id = p.route_id
)
SELECT
    w.account_id, w.subject, w.beside, w.object_kind, w.object, count(*) AS requests, count(w.status) AS answered,
    count(*) FILTER (hands_over(w.status, w.method)) AS served, count(*) FILTER (w.status IN (301, 302, 303, 307, 308)) AS redirected,
    coalesce(sum(w.bytes_sent) FILTER (hands_over(w.status, w.method)), 0) AS bytes,
    min(w.started_at) AS first_at, max(w.started_at) AS last_at, min(w.started_at) FILTER (hands_over(w.status, w.method)) AS served_at,
    min_by((w.evidence_id, w.line), (w.started_at, w.evidence_id, w.line)) AS first_seen
FROM asked AS w
GROUP BY w.account_id, w.subject, w.beside, w.object_kind, w.object
