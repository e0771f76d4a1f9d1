-- title: minutes of each program that many clients come with
-- why: an app whose certificate expired asks no more, and what is missing drowns in what everybody else asks. Only how much was asked is told
--      of programs, in the columns of scope_minutes.sql.
-- parameters: $most programs that are looked at, by number of requests; $clients it has at least; $one: the most of it that one may make

WITH programs AS (SELECT agent_id, program_of(user_agent) AS program FROM agents),

clients AS (
    SELECT p.program, coalesce(s.account_id, s.network) AS client, sum(s.requests) AS requests
    FROM subject_minutes AS s
    JOIN programs AS p USING (agent_id)
    WHERE p.program IS NOT NULL
    GROUP BY ALL
),

kept AS (
    SELECT program
    FROM clients
    GROUP BY program
    HAVING count(client) >= $clients AND max(requests) <= $one * sum(requests)
    QUALIFY row_number() OVER (ORDER BY sum(requests) DESC, program) <= $most
)

SELECT
    'program' AS part, p.program AS name, s.minute, CAST(sum(s.requests) AS BIGINT) AS requests, CAST(0 AS BIGINT) AS failed,
    CAST(0 AS BIGINT) AS answered, CAST(0 AS BIGINT) AS refused, CAST(0 AS BIGINT) AS timed, CAST(0 AS BIGINT) AS slowness,
    CAST(0 AS BIGINT) AS first_us, CAST(60000000 AS BIGINT) AS last_us
FROM subject_minutes AS s
JOIN programs AS p USING (agent_id)
SEMI JOIN kept AS k ON k.program = p.program
WHERE (SELECT count(DISTINCT program) FROM programs) > 1
GROUP BY p.program, s.minute
