-- title: accounts and shared values as small numbers
-- why: groups are found on integers; a value that one account alone has links nobody and is left out. An address that is used by one
--      account now and by another days later may have been handed on: each spell without such a gap counts as a value of its own.
--      What a person ruled out is left out here and shown as such.
-- parameters: $gap_days
CREATE OR REPLACE TEMP TABLE account_numbers AS
SELECT
    account_id, CAST(row_number() OVER (ORDER BY account_id) - 1 AS INTEGER) AS account_no, email, email_domain,
    sha256(account_id)[:12] AS short          -- what the ids of actors are made of
FROM accounts;

-- The strings are compared twice only, here and when each use is numbered.
CREATE OR REPLACE TEMP TABLE several AS
SELECT
    identifier_type, identifier_value, max(first_at) > min(last_at) + to_days(CAST($gap_days AS INTEGER)) AS paused,
    CAST(row_number() OVER (ORDER BY identifier_type, identifier_value) AS INTEGER) AS number
FROM identifiers
GROUP BY identifier_type, identifier_value
HAVING count(*) > 1;

CREATE OR REPLACE TEMP TABLE spells AS
WITH breaks AS (
    SELECT
        i.rowid AS use, i.identifier_type, i.identifier_value, i.account_id, i.first_at,
        i.first_at > max(i.last_at) OVER (
            PARTITION BY i.identifier_type, i.identifier_value ORDER BY i.first_at, i.account_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) + to_days(CAST($gap_days AS INTEGER)) AS after_gap
    FROM identifiers AS i
    JOIN several AS s USING (identifier_type, identifier_value)
    JOIN identifier_types AS t USING (identifier_type)
    WHERE s.paused AND t.family = 'network'
)
SELECT
    use, CAST(sum(CASE WHEN after_gap THEN 1 ELSE 0 END) OVER (
        PARTITION BY identifier_type, identifier_value ORDER BY first_at, account_id ROWS UNBOUNDED PRECEDING
    ) AS INTEGER) AS spell
FROM breaks;

CREATE OR REPLACE TEMP TABLE ruled_uses AS
SELECT i.rowid AS use, r.why
FROM identifiers AS i
JOIN ruled_identifiers AS r USING (identifier_type, identifier_value)
WHERE r.verdict = 'reject' AND (r.account_id IS NULL OR r.account_id = i.account_id);

CREATE OR REPLACE TEMP TABLE numbered_uses AS
SELECT s.number, a.account_no, coalesce(p.spell, 0) AS spell, i.evidence_id, i.line
FROM identifiers AS i
JOIN several AS s USING (identifier_type, identifier_value)
JOIN account_numbers AS a USING (account_id)
LEFT JOIN spells AS p ON p.use = i.rowid
ANTI JOIN ruled_uses AS r ON r.use = i.rowid;

INSERT INTO shared_values
WITH counted AS (SELECT number, spell, count(*) AS sharers FROM numbered_uses GROUP BY number, spell HAVING count(*) > 1)
SELECT
    CAST(row_number() OVER (ORDER BY c.number, c.spell) - 1 AS INTEGER), s.identifier_type, s.identifier_value, c.number, c.spell,
    CAST(c.sharers AS INTEGER)
FROM counted AS c
JOIN several AS s USING (number);

INSERT INTO value_uses
SELECT v.value_no, u.account_no, u.evidence_id, u.line
FROM numbered_uses AS u
JOIN shared_values AS v USING (number, spell)
ORDER BY v.value_no, u.account_no;

DROP TABLE numbered_uses;

CREATE OR REPLACE TEMP TABLE account_groups (
    account_no INTEGER, leaf INTEGER, payer INTEGER, organisation INTEGER, strength_bits DOUBLE, likelihood DOUBLE, via INTEGER,
    office_likelihood DOUBLE
);
