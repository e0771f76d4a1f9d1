-- title: one after the other from one source
-- why: of identifiers that were brought, and of which an account has one (who funded, who invited it): several accounts got theirs from one
--      source within minutes, while the source gives rarely. A source that gives all the time, and an hour in which everybody is busy,
--      say nothing. It adds to its source, but staff have pay days: something else must tie them.
-- weigh: family=run level=operator m=0.4 chance=1 owner=none
CREATE OR REPLACE TEMP VIEW signal AS
SELECT
    account_id, 'brought_burst' AS identifier_type,
    concat_ws(' ', identifier_type, identifier_value, strftime(begun, '%Y-%m-%d %H:%M:%S')) AS identifier_value, first_at, first_at AS last_at,
    1 AS uses, evidence_id, line
FROM brought_bursts
JOIN brought_types USING (identifier_type)
WHERE one_each AND members > 2;
