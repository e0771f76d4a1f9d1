-- title: groups of account numbers as actors, members and links
-- why: ids are made from the smallest account id of a group, so that they stay when unrelated evidence is added
-- parameters: none
CREATE OR REPLACE TEMP TABLE levels AS
WITH members AS (
    SELECT g.*, a.account_id, c.email, c.email_domain FROM account_groups AS g
    JOIN account_numbers AS a USING (account_no)
    JOIN accounts AS c USING (account_id)
)
SELECT 'leaf' AS kind, leaf AS group_no, min(account_id) AS smallest, count(*) AS accounts, min(payer) AS payer, min(organisation) AS organisation, min(likelihood) AS likelihood
FROM members GROUP BY leaf
UNION ALL
SELECT 'payer', payer, min(account_id), count(*), min(payer), min(organisation), min(likelihood) FROM members GROUP BY payer HAVING count(DISTINCT leaf) > 1
UNION ALL
SELECT 'organisation', organisation, min(account_id), count(*), NULL, min(organisation), min(likelihood) FROM members WHERE organisation IS NOT NULL
GROUP BY organisation HAVING count(DISTINCT payer) > 1;

CREATE OR REPLACE TEMP TABLE activity AS
SELECT account_id, min(started_at) AS first_at, max(started_at) AS last_at, count(*) AS requests
FROM requests WHERE account_id IS NOT NULL GROUP BY account_id;

CREATE OR REPLACE TEMP TABLE group_members AS
SELECT l.kind, l.group_no, a.account_id
FROM levels AS l
JOIN account_groups AS g ON g.leaf = l.group_no
JOIN account_numbers AS a USING (account_no)
WHERE l.kind = 'leaf'
UNION ALL
SELECT l.kind, l.group_no, a.account_id
FROM levels AS l
JOIN account_groups AS g ON g.payer = l.group_no
JOIN account_numbers AS a USING (account_no)
WHERE l.kind = 'payer'
UNION ALL
SELECT l.kind, l.group_no, a.account_id
FROM levels AS l
JOIN account_groups AS g ON g.organisation = l.group_no
JOIN account_numbers AS a USING (account_no)
WHERE l.kind = 'organisation';

CREATE OR REPLACE TEMP TABLE account_payers AS
SELECT account_id, min(coalesce(billing_name, payer_email, payer_id)) AS payer, list_sort(list_distinct(list(coalesce(billing_name, payer_email, payer_id)))) AS payers
FROM payments
WHERE account_id IS NOT NULL AND coalesce(billing_name, payer_email, payer_id) IS NOT NULL
GROUP BY account_id;

INSERT INTO actors
WITH described AS (
    SELECT
        m.kind, m.group_no, min(c.first_at) AS first_at, max(c.last_at) AS last_at, CAST(coalesce(sum(c.requests), 0) AS BIGINT) AS requests,
        list_sort(list_distinct(list(a.email_domain) FILTER (a.email_domain IS NOT NULL))) AS email_domains,
        list_sort(list_distinct(flatten(list(p.payers) FILTER (p.payers IS NOT NULL)))) AS payers,
        min(coalesce(a.email, a.account_id)) AS someone
    FROM group_members AS m
    JOIN accounts AS a USING (account_id)
    LEFT JOIN activity AS c USING (account_id)
    LEFT JOIN account_payers AS p USING (account_id)
    GROUP BY m.kind, m.group_no
),
domains AS (
    SELECT kind, group_no, arg_max(email_domain, (members, email_domain)) AS domain
    FROM (
        SELECT m.kind, m.group_no, a.email_domain, count(*) AS members
        FROM group_members AS m
        JOIN accounts AS a USING (account_id)
        JOIN email_domains AS d ON d.domain = a.email_domain AND d.kind = 'company'
        GROUP BY ALL
    )
    GROUP BY kind, group_no
),
payers AS (
    SELECT kind, group_no, arg_max(payer, (members, payer)) AS payer
    FROM (SELECT m.kind, m.group_no, p.payer, count(*) AS members FROM group_members AS m JOIN account_payers AS p USING (account_id) GROUP BY ALL)
    GROUP BY kind, group_no
),
prefixes (kind, prefix, level) AS (VALUES ('leaf', 'actor-', 'same operator'), ('payer', 'payer-', 'same payer'), ('organisation', 'org-', 'same organisation'))
SELECT
    x.prefix || sha256(l.smallest)[:12],
    CASE
        WHEN l.kind = 'leaf' AND p.group_no IS NOT NULL THEN 'payer-' || sha256(p.smallest)[:12]
        WHEN l.kind <> 'organisation' AND o.group_no IS NOT NULL THEN 'org-' || sha256(o.smallest)[:12]
    END,
    CASE WHEN l.accounts = 1 THEN d.someone ELSE coalesce(n.domain, y.payer, d.someone) END,
    l.accounts, d.email_domains, coalesce(d.payers, []), x.level, CASE WHEN l.accounts = 1 THEN 0.99 ELSE coalesce(l.likelihood, 0.9) END,
    d.first_at, d.last_at, d.requests
FROM levels AS l
JOIN prefixes AS x USING (kind)
JOIN described AS d USING (kind, group_no)
LEFT JOIN domains AS n USING (kind, group_no)
LEFT JOIN payers AS y USING (kind, group_no)
LEFT JOIN levels AS p ON p.kind = 'payer' AND p.group_no = l.payer
LEFT JOIN levels AS o ON o.kind = 'organisation' AND o.group_no = l.organisation
ORDER BY 1;

INSERT INTO actor_accounts
SELECT 'actor-' || sha256(l.smallest)[:12], a.account_id, g.strength_bits, replace(v.identifier_type, '_', ' ') || ' ' || v.identifier_value
FROM account_groups AS g
JOIN account_numbers AS a USING (account_no)
JOIN levels AS l ON l.kind = 'leaf' AND l.group_no = g.leaf
LEFT JOIN shared_values AS v ON v.value_no = g.via
ORDER BY 1, 2;

INSERT INTO links
WITH ruled_out AS (
    SELECT i.identifier_type, i.identifier_value, i.account_id, i.evidence_id, i.line, t.family, r.why
    FROM identifiers AS i
    JOIN identifier_types AS t USING (identifier_type)
    JOIN ruled_identifiers AS r USING (identifier_type, identifier_value)
    WHERE r.verdict = 'reject' AND (r.account_id IS NULL OR r.account_id = i.account_id)
),
decided AS (
    SELECT
        v.identifier_type, v.identifier_value, a.account_id, u.weight_bits, u.kept, u.why, t.family, t.level, g.leaf, g.payer, g.organisation
    FROM use_verdicts AS u
    JOIN shared_values AS v USING (value_no)
    JOIN identifier_types AS t USING (identifier_type)
    JOIN account_numbers AS a USING (account_no)
    JOIN account_groups AS g USING (account_no)
)
SELECT
    d.identifier_type, d.identifier_value, d.account_id,
    CASE
        WHEN d.level = 'organisation' AND o.group_no IS NOT NULL THEN 'org-' || sha256(o.smallest)[:12]
        WHEN p.group_no IS NOT NULL THEN 'payer-' || sha256(p.smallest)[:12]
        ELSE 'actor-' || sha256(l.smallest)[:12]
    END AS actor_id,
    d.weight_bits, d.kept, d.why, d.family, i.evidence_id, i.line
FROM decided AS d
JOIN identifiers AS i USING (identifier_type, identifier_value, account_id)
JOIN levels AS l ON l.kind = 'leaf' AND l.group_no = d.leaf
LEFT JOIN levels AS p ON p.kind = 'payer' AND p.group_no = d.payer
LEFT JOIN levels AS o ON o.kind = 'organisation' AND o.group_no = d.organisation
UNION ALL
SELECT identifier_type, identifier_value, account_id, NULL, NULL, FALSE, 'ruled out: ' || why, family, evidence_id, line FROM ruled_out
ORDER BY 1, 2, 3;
