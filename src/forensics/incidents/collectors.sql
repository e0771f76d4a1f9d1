-- title: five-minute buckets in which one subject fetched far more things than anybody usually does
-- why: candidates for collection at machine speed; whether they walk through ids or keep an even pace is looked at in their events
--      (walks.sql). A subject is an actor, an account without one, or a network whose requests carry no account. One that fetches half
--      as much on many days (a crawler, a mirror, a nightly job) is at its own usual work.
-- parameters: $least fetches of a bucket, $times the 99 % quantile of all buckets, $rare share of days, $most candidates, $start, $end (half-open)

WITH fetches AS (
    SELECT
        coalesce(a.actor_id, s.account_id, s.network) AS subject,
        CASE WHEN s.account_id IS NULL THEN 'network' WHEN a.actor_id IS NULL THEN 'account' ELSE 'actor' END AS subject_type,
        time_bucket(INTERVAL 5 MINUTE, s.minute) AS bucket, CAST(sum(s.requests) AS BIGINT) AS asked,
        CAST(sum(s.requests - s.failed) AS BIGINT) AS fetches
    FROM subject_minutes AS s
    JOIN routes AS r ON r.route_id = s.route_id
    LEFT JOIN account_actors AS a ON a.account_id = s.account_id
    WHERE r.object_kind IS NOT NULL AND coalesce(s.account_id, s.network) IS NOT NULL AND s.minute >= $start AND s.minute < $end
    GROUP BY ALL
),

-- What hardly any bucket has, or hardly anybody: a crawler that fetches all day long has a hundredth of all buckets, and is one subject.
usual AS (
    SELECT least(
        (SELECT quantile_disc(fetches, 0.99) FROM fetches WHERE fetches > 0),
        (SELECT quantile_disc(fetches, 0.99)
            FROM (SELECT quantile_disc(fetches, 0.99) AS fetches FROM fetches WHERE fetches > 0 GROUP BY subject, subject_type))
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
    SELECT f.subject, f.subject_type, CAST(f.bucket AS DATE) AS day, min(date_diff('minute', date_trunc('day', f.bucket), f.bucket)) AS at
    FROM fetches AS f
    JOIN (SELECT subject, subject_type, max(fetches) AS fetches FROM high GROUP BY ALL) AS h USING (subject, subject_type)
    WHERE f.asked >= 0.5 * h.fetches
    GROUP BY ALL
),

-- in a log of two or three days most days are few: then who comes at the same hour again is at his usual work, too; and so is, in a log of
-- weeks, who comes at the same hour of the same weekday in nearly every one of them
rare AS (
    SELECT
        u.subject, u.subject_type,
        max(u.at) - min(u.at) <= 30 AND (
            (count(*) >= 2 AND count(*) > 0.5 * any_value(d.days))
            OR (count(*) >= 3 AND count(DISTINCT dayofweek(u.day)) = 1 AND count(*) >= 0.75 * any_value(d.days) / 7)
        ) AS usual
    FROM usual_of AS u, days AS d
    GROUP BY u.subject, u.subject_type
    HAVING count(*) <= greatest(2, $rare * any_value(d.days))
)

SELECT h.subject, h.subject_type, h.bucket, h.fetches, r.usual
FROM high AS h
JOIN rare AS r ON r.subject = h.subject AND r.subject_type = h.subject_type
QUALIFY row_number() OVER (ORDER BY r.usual, h.fetches DESC, h.subject, h.bucket) <= $most
ORDER BY h.subject_type, h.subject, h.bucket
