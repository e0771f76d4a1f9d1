-- title: what was taken for granted
-- why: a reader who knows better can say so, and the findings change
-- parameters: none
SELECT path AS subject, unnest(assumptions) AS assumption
FROM evidence_files
WHERE len(assumptions) > 0
UNION ALL
SELECT 'log ' || f.host || ' (' || f.format || ')', min(t.why) || CASE
    WHEN min(t.clock_offset_seconds) <> 0 THEN '; ' || min(t.clock_offset_seconds) || ' s are added to its clock' ELSE '' END
FROM tiers AS t
JOIN evidence_files AS f ON t.evidence_id = f.evidence_id
GROUP BY f.host, f.format, t.why
UNION ALL
SELECT
    'log ' || f.host || ' (' || f.format || ')',
    format('{:,} of its requests are of whom an inner tier names for the same request (told by ', CAST(sum(t.told) AS BIGINT))
    || string_agg(DISTINCT t.how, '; ' ORDER BY t.how) || ')'
FROM (SELECT evidence_id, how, count(*) AS told FROM told_users GROUP BY evidence_id, how) AS t
JOIN evidence_files AS f ON t.evidence_id = f.evidence_id
GROUP BY f.host, f.format
UNION ALL
SELECT
    CASE key_type WHEN 'api_key' THEN 'API keys of the logs' ELSE 'user names of the logs' END,
    CASE WHEN how = 'seen only in logs' AND EXISTS (SELECT 1 FROM account_records)
        THEN format('{:,} of {:,} are joined to no account of the exports: each is taken for an account of its own', count(*), any_value(names))
        ELSE 'joined to accounts by ' || how || ' (' || count(*) || ')' END
FROM (SELECT *, count(*) OVER (PARTITION BY key_type) AS names FROM account_aliases WHERE source = 'log')
GROUP BY key_type, how
UNION ALL
SELECT
    f.path, format(
        '{:,} of {:,} {} are joined to an account', count(p.account_id), count(*),
        if(bool_or(payment_id IS NOT NULL OR paid_at IS NOT NULL OR amount IS NOT NULL), 'payments', 'customers')
    )
    || CASE WHEN count(*) > count(p.account_id) THEN format('; {:,} name none that is known, and are no account''s', count(*) - count(p.account_id)) ELSE '' END
FROM payments AS p
JOIN evidence_files AS f ON p.evidence_id = f.evidence_id
GROUP BY f.path
ORDER BY ALL
