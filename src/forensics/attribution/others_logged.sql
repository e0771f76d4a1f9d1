-- title: how many others asked for anything
-- why: a log that was searched for some accounts shows what they asked for, and not whether anybody else asked for more
-- parameters: $accounts (whose load stands out)
SELECT
    (
        SELECT count(DISTINCT coalesce(account_id, network))
        FROM subject_minutes
        WHERE account_id IS NULL OR NOT list_contains($accounts, account_id)
    ) AS others,
    (SELECT count(DISTINCT account_id) FROM account_records WHERE NOT list_contains($accounts, account_id)) AS exported
