-- title: accounts and shared values as small numbers
-- why: groups are found on integers; a value that one account alone has links nobody and is left out
-- parameters: none
CREATE OR REPLACE TEMP TABLE account_numbers AS
SELECT account_id, CAST(row_number() OVER (ORDER BY account_id) - 1 AS INTEGER) AS account_no FROM accounts;

CREATE OR REPLACE TEMP TABLE shared_values AS
SELECT
    identifier_type, identifier_value, CAST(count(*) AS INTEGER) AS sharers,
    CAST(row_number() OVER (ORDER BY identifier_type, identifier_value) - 1 AS INTEGER) AS value_no
FROM identifiers
GROUP BY identifier_type, identifier_value
HAVING count(*) > 1;

CREATE OR REPLACE TEMP TABLE value_uses AS
SELECT v.value_no, a.account_no
FROM identifiers AS i
JOIN shared_values AS v USING (identifier_type, identifier_value)
JOIN account_numbers AS a USING (account_id)
ORDER BY v.value_no, a.account_no;

CREATE OR REPLACE TEMP TABLE value_verdicts (value_no INTEGER, kept BOOLEAN, weight_bits DOUBLE, why VARCHAR, family VARCHAR, level VARCHAR);
CREATE OR REPLACE TEMP TABLE account_groups (
    account_no INTEGER, leaf INTEGER, payer INTEGER, organisation INTEGER, strength_bits DOUBLE, likelihood DOUBLE, via INTEGER
);
