-- title: minutes of each program that many accounts come with
-- why: an app whose certificate expired asks no more, and what is missing drowns in what everybody else asks. Only how much was asked is told
--      of programs, in the columns of scope_minutes.sql. A program that mostly comes without an account may be a crawler, a monitor or a
--      scanner: these pause when they like, and nobody is hurt.
-- parameters: $most programs that are looked at, by number of requests; $accounts it has at least; $one: the most of it that one may make

WITH programs AS (SELECT agent_id, program_of(user_agent) AS program FROM agents),

accounts AS (
    SELECT p.program, s.account_id, sum(s.requests) AS requests
    FROM subject_minutes AS s
    JOIN programs AS p USING (agent_id)
    WHERE p.program IS NOT NULL
    GROUP BY ALL
),

kept AS (
    SELECT program
    FROM accounts
    GROUP BY program
    HAVING count(account_id) >= $accounts
        AND max(requests) FILTER (account_id IS NOT NULL) <= $one * sum(requests)
        AND 2 * sum(requests) FILTER (account_id IS NOT NULL) >= sum(requests)
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
