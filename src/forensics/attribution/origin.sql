-- title: what came from a network, or with an agent, without an account: from how many addresses, with which agent, asking for what
-- why: a finding about load that nobody signed in for must say who came, as logged, and what was asked for. What was asked for is told by
--      the places of the path that are the same in nearly all requests; `*` stands for what differs. `elsewhere`: from how many other
--      networks the agent was ever used.
-- parameters: $beginning (of the networks; NULL: any), $agent_id (NULL: any), $start, $end, $least (requests of an address; who asked less is
--             somebody else there, unless nobody asked as much), $alike (share of the requests in which a place is the same)
WITH own AS MATERIALIZED (
    SELECT client_ip, user_agent, coalesce(method, '') AS method, path, count(*) AS requests
    FROM requests
    WHERE account_id IS NULL AND started_at >= $start AND started_at < $end
        AND (CAST($beginning AS VARCHAR) IS NULL OR starts_with(network_of(client_ip), $beginning))
        AND (CAST($agent_id AS INTEGER) IS NULL OR user_agent = (SELECT any_value(a.user_agent) FROM agents AS a WHERE a.agent_id = $agent_id))
    GROUP BY ALL
),

addresses AS (
    SELECT client_ip, sum(requests) AS requests
    FROM own
    WHERE client_ip IS NOT NULL
    GROUP BY client_ip
),

busy AS (
    SELECT client_ip
    FROM addresses
    WHERE requests >= $least OR NOT EXISTS (SELECT 1 FROM addresses WHERE requests >= $least)
),

agents_of AS (
    SELECT user_agent, sum(requests) AS requests
    FROM own
    GROUP BY user_agent
    ORDER BY requests DESC, user_agent
    LIMIT 1
),

paths AS (
    SELECT method, string_split(path, '/') AS places, sum(requests) AS requests
    FROM own
    WHERE path IS NOT NULL
    GROUP BY method, path
),

forms AS (
    SELECT method, len(places) AS depth, sum(requests) AS requests
    FROM paths
    GROUP BY ALL
    ORDER BY requests DESC, depth, method
    LIMIT 1
),

formed AS (
    SELECT p.places, p.requests, f.depth, f.method, f.requests AS whole
    FROM paths AS p
    JOIN forms AS f ON f.method = p.method AND f.depth = len(p.places)
),

places AS (
    SELECT f.depth, f.method, f.whole, i.place, f.places[i.place] AS word, sum(f.requests) AS requests
    FROM formed AS f, range(1, f.depth + 1) AS i (place)
    GROUP BY ALL
),

fixed AS (
    SELECT depth, method, whole, place, arg_max(word, (requests, word)) AS word, max(requests) >= $alike * whole AS same
    FROM places
    GROUP BY depth, method, whole, place
),

shape AS (
    SELECT
        any_value(method) AS method, string_agg(CASE WHEN same THEN word ELSE '*' END, '/' ORDER BY place) AS form,
        list({'place': place, 'word': word} ORDER BY place) FILTER (same) AS fixed
    FROM fixed
)

SELECT
    CAST((SELECT coalesce(sum(requests), 0) FROM own) AS BIGINT) AS requests,
    (SELECT coalesce(list(client_ip ORDER BY client_ip), []) FROM busy) AS addresses,
    (SELECT user_agent FROM agents_of) AS user_agent,
    CAST((SELECT requests FROM agents_of) AS BIGINT) AS with_agent,
    (
        SELECT count(DISTINCT m.network)
        FROM subject_minutes AS m
        JOIN agents AS a ON a.agent_id = m.agent_id
        JOIN agents_of AS o ON o.user_agent = a.user_agent
        WHERE CAST($beginning AS VARCHAR) IS NULL OR NOT starts_with(m.network, $beginning)
    ) AS elsewhere,
    s.method, s.form,
    CAST((
        SELECT sum(f.requests)
        FROM formed AS f
        WHERE len(list_filter(s.fixed, lambda c: f.places[c.place] = c.word)) = len(s.fixed)
    ) AS BIGINT) AS of_form
FROM shape AS s
