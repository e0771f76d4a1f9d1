-- title: every account of an actor, at any level, or the account itself
-- why: `forensics taken ACTOR` answers for any actor or account, blamed or not
-- parameters: $subject
SELECT DISTINCT account_id FROM actor_members WHERE actor_id = $subject
UNION
SELECT account_id FROM accounts WHERE account_id = $subject
ORDER BY account_id
