-- title: accounts and payments, as the contract names them
-- why: one row per account whatever export or log it is known from; one row per payment, joined to its account where a key names one. What stands
--      where accounts are named may name none (a shop writes its order into PayPal's custom field): then the payer's mailbox says whose it is.
--      A key that means two accounts is no such case: it joins none. Where accounts go by the provider's own customer id (cus_N5xYk2Ab), that id joins
--      them, and its mailbox is the account's; a bare number may be counted by each system for itself, and joins nothing.
-- parameters: none
CREATE OR REPLACE TEMP MACRO telling_id(id) AS regexp_matches(id, '^[\w-]{8,}$') AND regexp_matches(id, '[a-zA-Z]') AND regexp_matches(id, '\d');

INSERT INTO accounts
WITH ordered AS (
    SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY source, evidence_id, line) AS place FROM named_records
),
merged AS (
    SELECT
        account_id, min_by(source, place) AS source, min_by(email, place) FILTER (email IS NOT NULL) AS email,
        min_by(name, place) FILTER (name IS NOT NULL) AS name, min(created_at) AS created_at,
        min_by(plan, place) FILTER (plan IS NOT NULL) AS plan, min_by(status, place) FILTER (status IS NOT NULL) AS status,
        min_by(signup_ip, place) FILTER (signup_ip IS NOT NULL) AS signup_ip,
        CASE
            WHEN count(extra) < 2 THEN any_value(extra)
            ELSE map_from_entries(list_sort(map_entries(list_reduce(list(extra ORDER BY place DESC), lambda later, sooner: map_concat(later, sooner)))))
        END AS extra,
        min_by(evidence_id, place) AS evidence_id, min_by(line, place) AS line
    FROM ordered
    GROUP BY account_id
),
customers AS (
    SELECT m.account_id, min(lower(p.payer_email)) AS email
    FROM payment_records AS p
    JOIN merged AS m ON m.account_id = p.payer_id
    WHERE m.email IS NULL AND contains(p.payer_email, '@') AND telling_id(p.payer_id)
    GROUP BY m.account_id
    HAVING count(DISTINCT lower(p.payer_email)) = 1
),
others AS (
    SELECT account_id, min(source) AS source, min(key) FILTER (contains(key, '@')) AS email
    FROM account_aliases
    WHERE how IN ('seen only in logs', 'seen only in identifiers', 'seen only in payments')
    GROUP BY account_id
)
SELECT
    m.account_id, m.source, coalesce(m.email, c.email) AS email, d.registrable, m.name, m.created_at, m.plan, m.status, m.signup_ip, m.extra,
    m.evidence_id, m.line
FROM merged AS m
LEFT JOIN customers AS c ON c.account_id = m.account_id
LEFT JOIN email_domains AS d
    ON d.domain = lower(split_part(coalesce(m.email, c.email), '@', -1)) AND contains(coalesce(m.email, c.email), '@')
UNION ALL BY NAME
SELECT o.account_id, o.source, lower(o.email) AS email, d.registrable AS registrable
FROM others AS o
LEFT JOIN email_domains AS d ON d.domain = lower(split_part(o.email, '@', -1))
ANTI JOIN merged AS m ON m.account_id = o.account_id
ORDER BY account_id;

INSERT INTO payments
SELECT
    p.payment_id, coalesce(a.account_id, CASE WHEN m.key IS NULL THEN e.account_id END, c.account_id) AS account_id, p.paid_at, p.amount,
    p.currency, p.status, p.card_fingerprint, p.card_brand, p.card_last4, p.card_expiry, p.payer_id, p.payer_email, p.billing_name, p.billing_postcode,
    p.billing_country, p.extra, p.evidence_id, p.line
FROM payment_records AS p
LEFT JOIN account_aliases AS a ON a.source = 'payments' AND a.key = p.account_key
LEFT JOIN account_aliases AS e ON e.source = 'payments' AND e.key = p.payer_email
LEFT JOIN account_aliases AS c
    ON c.source = 'payments' AND c.key = p.payer_id
    AND (p.account_key IS NULL OR c.how = 'customer_id' OR (c.how = 'account_id' AND telling_id(c.key)))
LEFT JOIN ambiguous_keys AS m ON m.source = 'payments' AND m.key = p.account_key
ORDER BY p.evidence_id, p.line;
