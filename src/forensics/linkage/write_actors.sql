-- title: groups of account numbers as actors, members and links
-- why: ids are made from the smallest account id of a group, so that they stay when unrelated evidence is added; a group's number is the
--      number of its smallest account, and accounts are numbered in the order of their ids
-- parameters: none
CREATE OR REPLACE TEMP TABLE levels AS
SELECT 'leaf' AS kind, 'actor-' AS prefix, 'same operator' AS level, leaf AS group_no, count(*) AS accounts, min(payer) AS payer,
    min(organisation) AS organisation, min(likelihood) AS likelihood
FROM account_groups GROUP BY leaf HAVING count(*) > 1
UNION ALL
SELECT 'payer', 'payer-', 'same payer', payer, count(*), min(payer), min(organisation), min(likelihood)
FROM account_groups GROUP BY payer HAVING min(leaf) <> max(leaf)
UNION ALL
SELECT 'organisation', 'org-', 'same organisation', organisation, count(*), NULL, NULL, min(office_likelihood)
FROM account_groups GROUP BY organisation HAVING min(payer) <> max(payer);

CREATE OR REPLACE TEMP TABLE activity AS
SELECT account_id, min(started_at) AS first_at, max(started_at) AS last_at, count(*) AS requests
FROM requests WHERE account_id IS NOT NULL GROUP BY account_id;

CREATE OR REPLACE TEMP TABLE account_payers AS
SELECT account_id, list_sort(list_distinct(list(coalesce(billing_name, payer_email, payer_id)))) AS payers
FROM payments
WHERE account_id IS NOT NULL AND coalesce(billing_name, payer_email, payer_id) IS NOT NULL
GROUP BY account_id;

CREATE OR REPLACE TEMP TABLE group_members AS
SELECT l.kind, l.group_no, g.account_no FROM levels AS l JOIN account_groups AS g ON g.leaf = l.group_no WHERE l.kind = 'leaf'
UNION ALL
SELECT l.kind, l.group_no, g.account_no FROM levels AS l JOIN account_groups AS g ON g.payer = l.group_no WHERE l.kind = 'payer'
UNION ALL
SELECT l.kind, l.group_no, g.account_no FROM levels AS l JOIN account_groups AS g ON g.organisation = l.group_no WHERE l.kind = 'organisation';

INSERT INTO actor_accounts
SELECT
    'actor-' || f.short, n.account_id, g.strength_bits, replace(v.identifier_type, '_', ' ') || ' ' || v.identifier_value,
    g.account_no, g.payer, g.organisation,
    CASE WHEN p.group_no IS NOT NULL THEN 'payer-' || s.short END, CASE WHEN o.group_no IS NOT NULL THEN 'org-' || w.short END
FROM account_groups AS g
JOIN account_numbers AS n ON n.account_no = g.account_no
JOIN account_numbers AS f ON f.account_no = g.leaf
LEFT JOIN levels AS p ON p.kind = 'payer' AND p.group_no = g.payer
LEFT JOIN account_numbers AS s ON s.account_no = p.group_no
LEFT JOIN levels AS o ON o.kind = 'organisation' AND o.group_no = g.organisation
LEFT JOIN account_numbers AS w ON w.account_no = o.group_no
LEFT JOIN shared_values AS v ON v.value_no = g.via
ORDER BY g.leaf, g.account_no;

-- Actors of several accounts.
INSERT INTO actors
WITH described AS (
    SELECT
        m.kind, m.group_no, min(c.first_at) AS first_at, max(c.last_at) AS last_at, CAST(coalesce(sum(c.requests), 0) AS BIGINT) AS requests,
        coalesce(list_sort(list_distinct(list(a.email_domain) FILTER (a.email_domain IS NOT NULL))), []) AS email_domains,
        coalesce(list_sort(list_distinct(flatten(list(p.payers) FILTER (p.payers IS NOT NULL)))), []) AS payers,
        min(coalesce(a.email, a.account_id)) AS someone
    FROM group_members AS m
    JOIN account_numbers AS a USING (account_no)
    LEFT JOIN activity AS c USING (account_id)
    LEFT JOIN account_payers AS p USING (account_id)
    GROUP BY m.kind, m.group_no
),
domains AS ( -- a company lends its name to nobody of whom hardly any, or one alone, is there
    SELECT kind, group_no, arg_max(email_domain, (members, email_domain)) AS domain, max(members) AS members
    FROM (
        SELECT m.kind, m.group_no, a.email_domain, count(*) AS members
        FROM group_members AS m
        JOIN account_numbers AS a USING (account_no)
        JOIN (SELECT DISTINCT registrable FROM email_domains WHERE kind = 'company') AS d ON d.registrable = a.email_domain
        GROUP BY ALL
    )
    GROUP BY kind, group_no
),
payers AS (
    SELECT kind, group_no, arg_max(payer, (members, payer)) AS payer
    FROM (
        SELECT m.kind, m.group_no, p.payers[1] AS payer, count(*) AS members
        FROM group_members AS m
        JOIN account_numbers AS a USING (account_no)
        JOIN account_payers AS p USING (account_id)
        GROUP BY ALL
    )
    GROUP BY kind, group_no
)
SELECT
    l.prefix || n.short,
    CASE l.kind WHEN 'leaf' THEN coalesce(i.payer_id, i.organisation_id) WHEN 'payer' THEN i.organisation_id END,
    coalesce(t.domain, y.payer, d.someone), l.accounts, d.email_domains, d.payers, l.level, coalesce(l.likelihood, 0.9),
    d.first_at, d.last_at, d.requests
FROM levels AS l
JOIN account_numbers AS n ON n.account_no = l.group_no
JOIN actor_accounts AS i ON i.account_no = l.group_no
JOIN described AS d ON d.kind = l.kind AND d.group_no = l.group_no
LEFT JOIN domains AS t ON t.kind = l.kind AND t.group_no = l.group_no AND t.members > 1
    AND 3 * t.members >= l.accounts
LEFT JOIN payers AS y ON y.kind = l.kind AND y.group_no = l.group_no
ORDER BY l.kind DESC, l.group_no;

-- Accounts by themselves.
INSERT INTO actors
SELECT
    i.actor_id, coalesce(i.payer_id, i.organisation_id), coalesce(n.email, n.account_id), 1,
    CASE WHEN n.email_domain IS NULL THEN [] ELSE [n.email_domain] END, coalesce(p.payers, []), 'same operator', 0.99, c.first_at, c.last_at,
    coalesce(c.requests, 0)
FROM actor_accounts AS i
JOIN account_numbers AS n USING (account_no)
LEFT JOIN activity AS c ON c.account_id = n.account_id
LEFT JOIN account_payers AS p ON p.account_id = n.account_id
ANTI JOIN (SELECT account_no FROM group_members WHERE kind = 'leaf') AS l ON l.account_no = i.account_no
ORDER BY i.account_no;

INSERT INTO written_links
SELECT i.identifier_type, i.identifier_value, i.account_id, NULL, NULL, FALSE, 'ruled out: ' || r.why, t.family, i.evidence_id, i.line
FROM ruled_uses AS r
JOIN identifiers AS i ON i.rowid = r.use
JOIN identifier_types AS t USING (identifier_type)
ORDER BY i.identifier_type, i.identifier_value, i.account_id;
