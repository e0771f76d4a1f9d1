-- title: five-minute buckets in which one subject fetched far more things than anybody usually does
-- why: candidates for collection at machine speed; whether they walk through ids or keep an even pace is looked at in their events
--      (walks.sql). A subject that fetches half as much on many days (a crawler, a mirror, a nightly job) is at its own usual work.
--      Reads `fetches` and `subject_numbers` as made by fetches.sql.
-- parameters: $least fetches of a bucket, $times the 99 % quantile of all buckets, $rare share of days, $most candidates, $start, $end (half-open)

-- What hardly any bucket has, or hardly anybody: a crawler that fetches all day long has a hundredth of all buckets, and is one subject.
WITH usual AS (
    SELECT least(
        (SELECT quantile_disc(fetches, 0.99) FROM fetches WHERE fetches > 0),
        (SELECT quantile_disc(fetches, 0.99)
            FROM (SELECT quantile_disc(fetches, 0.99) AS fetches FROM fetches WHERE fetches > 0 GROUP BY number))
    ) AS fetches
),

days AS (SELECT date_diff('day', min(minute), max(minute)) + 1 AS days FROM service_minutes WHERE minute >= $start AND minute < $end),

high AS (
    SELECT f.*
    FROM fetches AS f, usual AS u
    WHERE f.fetches >= greatest($least, $times * u.fetches)
),

-- of those subjects also the buckets that are half as large: a nightly job does not fetch the same every night. What it asked for counts:
-- it came in the night that the service failed, too
usual_of AS (
    SELECT f.number, CAST(f.bucket AS DATE) AS day, min(date_diff('minute', date_trunc('day', f.bucket), f.bucket)) AS at
    FROM fetches AS f
    JOIN (SELECT number, max(fetches) AS fetches FROM high GROUP BY number) AS h USING (number)
    WHERE f.asked >= 0.5 * h.fetches
    GROUP BY ALL
),

-- in a log of two or three days most days are few: then who comes at the same hour again is at his usual work, too; and so is, in a log of
-- weeks, who comes at the same hour of the same weekday in nearly every one of them
rare AS (
    SELECT
        u.number,
        max(u.at) - min(u.at) <= 30 AND (
            (count(*) >= 2 AND count(*) > 0.5 * any_value(d.days))
            OR (count(*) >= 3 AND count(DISTINCT dayofweek(u.day)) = 1 AND count(*) >= 0.75 * any_value(d.days) / 7)
        ) AS usual
    FROM usual_of AS u, days AS d
    GROUP BY u.number
    HAVING count(*) <= greatest(2, $rare * any_value(d.days))
)

SELECT n.subject, n.subject_type, h.bucket, h.fetches, r.usual
FROM high AS h
JOIN rare AS r USING (number)
JOIN (SELECT DISTINCT number, subject, subject_type FROM subject_numbers) AS n USING (number)
QUALIFY row_number() OVER (ORDER BY r.usual, h.fetches DESC, n.subject, h.bucket) <= $most
ORDER BY n.subject_type, n.subject, h.bucket
