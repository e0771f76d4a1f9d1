-- title: days on which one subject fetched, for hours on end and at no great pace, far more than others do in a day
-- why: candidates for slow collection: a few requests a minute, all day long, are no pace that is noticed; whether they walk through
--      ids is looked at in their events (walks.sql). A subject that does so on many days (a crawler, a backup) is at its own usual
--      work, and one whose agent declares a robot says what it is. Reads `fetches` and `subject_numbers` as made by fetches.sql.
-- parameters: $least fetches of a day, $hours of the day with fetches, $times the 99 % quantile of all subjects' days, $rare share of
--      days, $most candidates, $start, $end (half-open)

WITH hours AS (
    SELECT
        number, date_trunc('hour', bucket) AS hour, CAST(sum(fetches) AS BIGINT) AS fetches, CAST(sum(declared) AS BIGINT) AS declared
    FROM fetches
    WHERE fetches > 0
    GROUP BY ALL
),

days AS (
    SELECT
        number, CAST(hour AS DATE) AS day, CAST(sum(fetches) AS BIGINT) AS fetches, count(*) AS hours,
        sum(declared) >= 0.5 * sum(fetches) AS declared, min(hour) AS low, max(hour) + INTERVAL 1 HOUR AS high
    FROM hours
    GROUP BY number, CAST(hour AS DATE)
),

usual AS (SELECT quantile_disc(fetches, 0.99) AS fetches FROM days WHERE fetches < $least OR hours < $hours),

logged AS (SELECT date_diff('day', min(minute), max(minute)) + 1 AS days FROM service_minutes WHERE minute >= $start AND minute < $end),

high AS (
    SELECT d.*
    FROM days AS d, usual AS u
    WHERE d.fetches >= greatest($least, $times * coalesce(u.fetches, 0)) AND d.hours >= $hours AND NOT d.declared
),

rare AS (
    SELECT h.number
    FROM high AS h, logged AS l
    GROUP BY h.number
    HAVING count(*) <= greatest(2, $rare * any_value(l.days))
)

SELECT n.subject, n.subject_type, h.day, h.fetches, h.low, h.high
FROM high AS h
JOIN rare AS r USING (number)
JOIN (SELECT DISTINCT number, subject, subject_type FROM subject_numbers) AS n USING (number)
QUALIFY row_number() OVER (ORDER BY h.fetches DESC, n.subject, h.day) <= $most
ORDER BY n.subject_type, n.subject, h.day
