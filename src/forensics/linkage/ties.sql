-- title: what else the accounts that share a value have in common
-- why: the coherence test of values shared by three accounts or more (by two, where the type alone is in doubt). Of values shared by very
--      many a fixed sample is tested (its order comes from the account ids). A second value counts if so many of the sample using it would
--      be surprising by chance; where the value that is tested is that of a large part of all accounts, against how often the others use
--      it: a ring that is half of all accounts is no measure of what is common. Colleagues share the office anyway: for an address neither
--      other addresses nor the company's domain count.
--      Of a type that was brought the other values count: who shares one rare value is asked whether he shares another. Two values of
--      types that were brought must be shared by much the same accounts: those who like the same things share some of many.
-- parameters: $sample (accounts at most), $surprise_bits, $doubt_bits (more of it for types in doubt), $accounts (all accounts of the case), $common (sharers of an address at most),
--             $many (share of all accounts from which those that share a value are a large part of them), $alike (cosine of the sharers of two values of types that were brought, at least)
WITH tested AS (
    SELECT v.value_no, v.sharers, t.family, t.owner_bits IS NULL AS weak, coalesce(t.owner_bits < 0, FALSE) AS doubtful FROM shared_values AS v
    JOIN identifier_types AS t USING (identifier_type)
    WHERE t.family <> 'run' AND (v.sharers > 2 OR t.owner_bits < 0) AND (t.owner_bits IS NOT NULL OR v.sharers <= $common)
),
members AS (
    SELECT u.value_no, u.account_no, t.family, t.weak, t.doubtful
    FROM value_uses AS u
    JOIN tested AS t USING (value_no)
    WHERE t.sharers <= $sample                    -- all of them: nothing to draw
    UNION ALL
    SELECT u.value_no, u.account_no, t.family, t.weak, t.doubtful
    FROM value_uses AS u
    JOIN tested AS t USING (value_no)
    JOIN account_numbers AS a USING (account_no)
    WHERE t.sharers > $sample
    QUALIFY row_number() OVER (PARTITION BY u.value_no ORDER BY hash(a.account_id), u.account_no) <= $sample
),
others AS (
    SELECT o.value_no, o.sharers, t.family, t.family IN ('network', 'organisation', 'signup') AS place
    FROM shared_values AS o
    JOIN identifier_types AS t USING (identifier_type)
    WHERE t.family <> 'run'                       -- says of its source what the source says of it
),
other_uses AS (SELECT w.value_no, w.account_no, o.sharers, o.family, o.place FROM value_uses AS w JOIN others AS o USING (value_no)),
sizes AS (
    SELECT m.value_no, count(*) AS sampled, bool_or(m.doubtful) AS doubtful, any_value(t.sharers) AS sharers
    FROM members AS m
    JOIN tested AS t USING (value_no)
    GROUP BY m.value_no
),
joint_uses AS (
    SELECT m.value_no, m.account_no, w.value_no AS other_no, w.sharers, starts_with(m.family, 'brought') AND starts_with(w.family, 'brought') AS brought
    FROM members AS m
    JOIN other_uses AS w ON w.account_no = m.account_no
    WHERE NOT m.weak AND w.family <> m.family
    UNION ALL
    SELECT m.value_no, m.account_no, w.value_no AS other_no, w.sharers, starts_with(m.family, 'brought') AND starts_with(w.family, 'brought') AS brought
    FROM members AS m
    JOIN other_uses AS w ON w.account_no = m.account_no
    WHERE m.weak AND NOT w.place AND (w.family <> m.family OR (starts_with(m.family, 'brought') AND w.value_no <> m.value_no))
),
joint AS (
    SELECT b.value_no, b.other_no, count(*) AS joint, max(b.sharers) AS others, max(s.sampled) AS sampled, max(s.sharers) AS sharers,
        bool_or(s.doubtful) AS doubtful
    FROM joint_uses AS b
    JOIN sizes AS s USING (value_no)
    GROUP BY b.value_no, b.other_no
    HAVING count(*) > 1 AND NOT (bool_or(b.brought) AND count(*) < $alike * sqrt(max(b.sharers) * max(s.sampled)))
),
counted AS (
    SELECT
        value_no, other_no, joint, doubtful,
        sampled * CASE
            WHEN sharers < $many * $accounts THEN others / $accounts
            ELSE least(others / $accounts, (greatest(others - joint * sharers / sampled, 0) + 1) / (greatest($accounts - sharers, 0) + 1))
        END AS expected
    FROM joint
),
surprising AS (
    SELECT value_no, other_no FROM counted
    WHERE joint > expected AND joint * log2(joint / expected) - (joint - expected) / ln(2) >= $surprise_bits + CASE WHEN doubtful THEN $doubt_bits ELSE 0 END
)
SELECT b.value_no, b.account_no, b.other_no
FROM joint_uses AS b
JOIN surprising AS s USING (value_no, other_no)
ORDER BY ALL
