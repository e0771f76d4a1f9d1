-- title: actors of several accounts
-- why: the listing of `forensics actors`; accounts by themselves are left out
-- parameters: none
SELECT
    a.actor_id, a.parent_actor_id, a.label, a.level, a.accounts, a.likelihood, a.requests, a.email_domains, a.payers, a.first_at, a.last_at,
    (SELECT count(*) FROM possible_returns AS r WHERE r.actor_id = a.actor_id) AS possible_returns
FROM actors AS a
WHERE a.accounts > 1
ORDER BY a.requests DESC NULLS LAST, a.accounts DESC, a.actor_id
