-- title: members of the same organisation at the service
-- why: where a service sells to teams, its own exports say which of them an account belongs to, whatever the mailboxes and the cards
-- weigh: family=organisation level=organisation m=0.8 chance=0.02 owner=8 loose=0.25
CREATE OR REPLACE TEMP VIEW signal AS
WITH named AS (
    SELECT
        account_id, regexp_extract(entry.key, '(?:^|_)(organi[sz]ation|org|team|workspace|company)_?id$', 1) AS what, trim(entry.value) AS value,
        seen, evidence_id, line
    FROM (SELECT account_id, unnest(map_entries(extra)) AS entry, seen, evidence_id, line FROM told_extras())
)
SELECT
    account_id, 'membership' AS identifier_type,
    CASE WHEN what IN ('organization', 'org') THEN 'organisation' ELSE what END || ' ' || value AS identifier_value,
    seen AS first_at, seen AS last_at, 1 AS uses, evidence_id, line
FROM named
-- of whom nobody made an organisation is in the one that everybody begins in
WHERE what <> '' AND NOT regexp_full_match(lower(value), '0|-1|default|none|null|public|personal|individual|undefined|n/?a|');
