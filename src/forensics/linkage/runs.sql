-- title: of whom a source gave to in one run, how many hang together otherwise
-- why: a source that gives rarely gave to many within minutes, or did all its giving in a twentieth of the time: a master's wallets - or an
--      employer's staff on pay day. A master's wallets
--      also cash out to the same tills, or deal with each other; such values are (mostly) theirs alone, and of another type than the run.
-- parameters: $surprise_bits: a joint value counts if so many joint users would be this surprising by chance, $accounts: all of the case
WITH times AS (
    SELECT
        v.value_no, v.sharers, v.identifier_type, count(i.first_at) AS timed,
        epoch(quantile_cont(i.first_at, 0.95) - quantile_cont(i.first_at, 0.05)) AS seconds
    FROM shared_values AS v
    JOIN brought_types AS b ON b.identifier_type = v.identifier_type AND b.one_each
    JOIN identifiers AS i ON i.identifier_type = v.identifier_type AND i.identifier_value = v.identifier_value
    WHERE v.sharers > 2
    GROUP BY v.value_no, v.sharers, v.identifier_type
),
spans AS (
    SELECT i.identifier_type, epoch(quantile_cont(i.first_at, 0.95) - quantile_cont(i.first_at, 0.05)) AS seconds
    FROM identifiers AS i
    JOIN brought_types AS b ON b.identifier_type = i.identifier_type AND b.one_each
    GROUP BY i.identifier_type
),
runs AS (
    SELECT value_no, sharers, split_part(identifier_value, ' ', 1) AS given
    FROM shared_values
    WHERE identifier_type = 'brought_burst'
    UNION ALL
    SELECT t.value_no, t.sharers, t.identifier_type
    FROM times AS t
    JOIN spans AS s ON s.identifier_type = t.identifier_type
    WHERE t.timed = t.sharers AND t.seconds <= 0.05 * s.seconds
),
members AS (SELECT r.*, u.account_no FROM runs AS r JOIN value_uses AS u USING (value_no)),
others AS (
    SELECT v.value_no, v.identifier_type, v.sharers
    FROM shared_values AS v
    JOIN identifier_types AS t USING (identifier_type)
    WHERE starts_with(t.family, 'brought')
),
joint_uses AS (
    SELECT m.value_no, m.account_no, m.sharers, w.value_no AS other_no, o.sharers AS other_sharers
    FROM members AS m
    JOIN value_uses AS w ON w.account_no = m.account_no
    JOIN others AS o ON o.value_no = w.value_no AND o.identifier_type <> m.given
),
theirs AS (
    SELECT value_no, other_no, count(*) AS joint, CAST(any_value(sharers) * any_value(other_sharers) AS DOUBLE) / $accounts AS expected
    FROM joint_uses
    GROUP BY value_no, other_no
    HAVING count(*) > 1 AND count(*) >= 0.5 * any_value(other_sharers)
)
SELECT j.value_no, count(DISTINCT j.account_no) AS tied
FROM joint_uses AS j
JOIN theirs AS t USING (value_no, other_no)
WHERE t.joint > t.expected AND t.joint * log2(t.joint / t.expected) - (t.joint - t.expected) / ln(2) >= $surprise_bits
GROUP BY j.value_no
ORDER BY j.value_no
