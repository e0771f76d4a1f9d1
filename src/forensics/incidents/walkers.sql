-- title: days on which one subject fetched, for hours on end and at no great pace, far more than others do in a day
-- why: candidates for slow collection: a few requests a minute, all day long, are no pace that is noticed; whether they walk through
--      ids is looked at in their events (walks.sql). A subject that does so on many days (a crawler, a backup) is at its own usual
--      work, and one whose agent declares a robot says what it is.
-- parameters: $least fetches of a day, $hours of the day with fetches, $times the 99 % quantile of all subjects' days, $rare share of
--      days, $most candidates, $start, $end (half-open)

WITH hours AS (
    SELECT
        coalesce(a.actor_id, s.account_id, s.network) AS subject,
        CASE WHEN s.account_id IS NULL THEN 'network' WHEN a.actor_id IS NULL THEN 'account' ELSE 'actor' END AS subject_type,
        date_trunc('hour', s.minute) AS hour, CAST(sum(s.requests - s.failed) AS BIGINT) AS fetches,
        CAST(sum(s.requests - s.failed) FILTER (regexp_matches(g.user_agent, '(?i)bot\b|crawl|spider|https?://')) AS BIGINT) AS declared
    FROM subject_minutes AS s
    JOIN routes AS r ON r.route_id = s.route_id
    LEFT JOIN agents AS g ON g.agent_id = s.agent_id
    LEFT JOIN account_actors AS a ON a.account_id = s.account_id
    WHERE r.object_kind IS NOT NULL AND coalesce(s.account_id, s.network) IS NOT NULL AND s.requests > s.failed
        AND s.minute >= $start AND s.minute < $end
    GROUP BY ALL
),

days AS (
    SELECT
        subject, subject_type, CAST(hour AS DATE) AS day, CAST(sum(fetches) AS BIGINT) AS fetches, count(*) AS hours,
        coalesce(sum(declared), 0) >= 0.5 * sum(fetches) AS declared, min(hour) AS low, max(hour) + INTERVAL 1 HOUR AS high
    FROM hours
    GROUP BY subject, subject_type, CAST(hour AS DATE)
),

usual AS (SELECT quantile_disc(fetches, 0.99) AS fetches FROM days WHERE fetches < $least OR hours < $hours),

logged AS (SELECT date_diff('day', min(minute), max(minute)) + 1 AS days FROM service_minutes WHERE minute >= $start AND minute < $end),

high AS (
    SELECT d.*
    FROM days AS d, usual AS u
    WHERE d.fetches >= greatest($least, $times * coalesce(u.fetches, 0)) AND d.hours >= $hours AND NOT d.declared
),

rare AS (
    SELECT h.subject, h.subject_type
    FROM high AS h, logged AS l
    GROUP BY h.subject, h.subject_type
    HAVING count(*) <= greatest(2, $rare * any_value(l.days))
)

SELECT h.subject, h.subject_type, h.day, h.fetches, h.low, h.high
FROM high AS h
JOIN rare AS r ON r.subject = h.subject AND r.subject_type = h.subject_type
QUALIFY row_number() OVER (ORDER BY h.fetches DESC, h.subject, h.day) <= $most
ORDER BY h.subject_type, h.subject, h.day
