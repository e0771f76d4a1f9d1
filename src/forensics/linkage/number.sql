-- title: accounts and shared values as small numbers
-- why: groups are found on integers; a value that one account alone has links nobody and is left out. An address that is used by one
--      account now and by another days later may have been handed on: each spell without such a gap counts as a value of its own.
--      What a person ruled out is left out here and shown as such.
-- parameters: $gap_days
CREATE OR REPLACE TEMP TABLE account_numbers AS
SELECT account_id, CAST(row_number() OVER (ORDER BY account_id) - 1 AS INTEGER) AS account_no FROM accounts;

CREATE OR REPLACE TEMP TABLE numbered_uses AS
WITH several AS (
    SELECT identifier_type, identifier_value FROM identifiers GROUP BY ALL HAVING count(*) > 1
),
candidates AS (
    SELECT i.identifier_type, i.identifier_value, i.account_id, i.first_at, i.last_at, t.family
    FROM identifiers AS i
    JOIN several USING (identifier_type, identifier_value)
    JOIN identifier_types AS t USING (identifier_type)
    WHERE NOT EXISTS (
        SELECT 1 FROM ruled_identifiers AS r
        WHERE r.verdict = 'reject' AND r.identifier_type = i.identifier_type AND r.identifier_value = i.identifier_value
            AND (r.account_id IS NULL OR r.account_id = i.account_id)
    )
),
breaks AS (
    SELECT
        *, family = 'network' AND first_at > max(last_at) OVER (
            PARTITION BY identifier_type, identifier_value ORDER BY first_at, account_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) + to_days(CAST($gap_days AS INTEGER)) AS after_gap
    FROM candidates
)
SELECT
    identifier_type, identifier_value, account_id, family,
    CAST(sum(CASE WHEN after_gap THEN 1 ELSE 0 END) OVER (
        PARTITION BY identifier_type, identifier_value ORDER BY first_at, account_id ROWS UNBOUNDED PRECEDING
    ) AS INTEGER) AS spell
FROM breaks;

CREATE OR REPLACE TEMP TABLE shared_values AS
SELECT
    identifier_type, identifier_value, spell, CAST(count(*) AS INTEGER) AS sharers,
    CAST(row_number() OVER (ORDER BY identifier_type, identifier_value, spell) - 1 AS INTEGER) AS value_no
FROM numbered_uses
GROUP BY identifier_type, identifier_value, spell
HAVING count(*) > 1;

CREATE OR REPLACE TEMP TABLE value_uses AS
SELECT v.value_no, a.account_no
FROM numbered_uses AS i
JOIN shared_values AS v USING (identifier_type, identifier_value, spell)
JOIN account_numbers AS a USING (account_id)
ORDER BY v.value_no, a.account_no;

CREATE OR REPLACE TEMP TABLE use_verdicts (value_no INTEGER, account_no INTEGER, kept BOOLEAN, weight_bits DOUBLE, why VARCHAR);
CREATE OR REPLACE TEMP TABLE account_groups (
    account_no INTEGER, leaf INTEGER, payer INTEGER, organisation INTEGER, strength_bits DOUBLE, likelihood DOUBLE, via INTEGER
);
