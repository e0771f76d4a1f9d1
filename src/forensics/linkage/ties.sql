-- title: what else the accounts that share a value have in common
-- why: the coherence test of values shared by three accounts or more. Of values shared by very many a fixed sample is tested (its order
--      comes from the account ids). A second value counts if so many of the sample using it would be surprising by chance.
-- parameters: $sample (accounts at most), $surprise_bits, $accounts (all accounts of the case)
WITH tested AS (
    SELECT v.value_no, t.family FROM shared_values AS v
    JOIN identifier_types AS t USING (identifier_type)
    WHERE v.sharers > 2 AND t.owner_bits IS NOT NULL
),
members AS (
    SELECT u.value_no, u.account_no, t.family
    FROM value_uses AS u
    JOIN tested AS t USING (value_no)
    JOIN account_numbers AS a USING (account_no)
    QUALIFY row_number() OVER (PARTITION BY u.value_no ORDER BY hash(a.account_id), u.account_no) <= $sample
),
sizes AS (SELECT value_no, count(*) AS sampled FROM members GROUP BY value_no),
joint_uses AS (
    SELECT m.value_no, m.account_no, w.value_no AS other_no, o.sharers
    FROM members AS m
    JOIN value_uses AS w ON w.account_no = m.account_no
    JOIN shared_values AS o ON o.value_no = w.value_no
    JOIN identifier_types AS t ON t.identifier_type = o.identifier_type
    WHERE t.family <> m.family
),
counted AS (
    SELECT b.value_no, b.other_no, count(*) AS joint, CAST(max(b.sharers) * max(s.sampled) AS DOUBLE) / $accounts AS expected
    FROM joint_uses AS b
    JOIN sizes AS s USING (value_no)
    GROUP BY b.value_no, b.other_no
    HAVING count(*) > 1
),
surprising AS (
    SELECT value_no, other_no FROM counted
    WHERE joint > expected AND joint * log2(joint / expected) - (joint - expected) / ln(2) >= $surprise_bits
)
SELECT b.value_no, b.account_no, b.other_no
FROM joint_uses AS b
JOIN surprising AS s USING (value_no, other_no)
ORDER BY ALL
