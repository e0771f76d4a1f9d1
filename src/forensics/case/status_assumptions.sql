-- title: what was taken for granted
-- why: a reader who knows better can say so, and the findings change. A log whose times were taken as UTC and that has no line in just the
--      hour that clocks skip in spring (last Sunday of March in Europe, second one in America) was probably written in local time.
-- parameters: none (run after status_minutes)
SELECT path AS subject, unnest(assumptions) AS assumption
FROM evidence_files
WHERE len(assumptions) > 0
UNION ALL
SELECT
    f.path, format(
        'no line from {} to {}: just the hour that clocks skip on that day in {}; its times, taken as UTC, are probably local (--time-zone says otherwise)',
        strftime(h.since + INTERVAL 1 MINUTE, '%Y-%m-%d %H:%M'), strftime(h.until, '%H:%M'), CASE WHEN month(h.until) = 3 AND day(h.until) > 24 THEN 'Europe' ELSE 'America' END
    )
FROM status_holes AS h
JOIN evidence_files AS f ON h.evidence_id = f.evidence_id
WHERE f.time_zone_source = 'assumed' AND dayofweek(h.until) = 0 AND month(h.until) = 3 AND (day(h.until) > 24 OR day(h.until) BETWEEN 8 AND 14)
    AND h.since - date_trunc('day', h.until) BETWEEN INTERVAL 115 MINUTE AND INTERVAL 119 MINUTE -- two o'clock is three
    AND h.until - date_trunc('day', h.until) BETWEEN INTERVAL 180 MINUTE AND INTERVAL 184 MINUTE
UNION ALL
SELECT
    a.path, format(
        '{} logs of this name overlap in time and have no lines in common; they count as one host''s ({}): if they are of several machines, load each again with --host',
        count(DISTINCT o.evidence_id), a.host
    )
FROM evidence AS a
JOIN evidence AS b ON a.path = b.path AND a.host = b.host AND a.evidence_id < b.evidence_id
CROSS JOIN unnest([a.evidence_id, b.evidence_id]) AS o (evidence_id)
WHERE a.kind = 'log' AND b.kind = 'log' AND least(a.duplicates, b.duplicates) = 0 AND greatest(a.first_at, b.first_at) < least(a.last_at, b.last_at)
GROUP BY a.path, a.host
UNION ALL
SELECT
    'ids of accounts', format(
        '{:,} stand in two exports for different people: whose such an id is in logs and payments cannot be told, and it joins none of them '
        '(they are called {} and so on); investigate each service in a case of its own', count(*), min(account_ids[1])
    )
FROM ambiguous_keys
WHERE source = 'accounts'
HAVING count(*) > 0
UNION ALL
SELECT
    f.path, format(
        '{:,} of its ids belong to others in an export that is called after people: here they are called {} and so on, and an id in logs and payments '
        'means the other', count(*), min(a.account_id)
    )
FROM accounts AS a
JOIN evidence_files AS f ON f.evidence_id = a.evidence_id
WHERE contains(a.account_id, ' (' || f.path)
    AND a.account_id NOT IN (SELECT unnest(account_ids) FROM ambiguous_keys WHERE source = 'accounts')
GROUP BY f.path
UNION ALL
SELECT
    'user names of the logs',
    format('{} stands at nearly all requests of a log, in nearly all its hours, from many addresses: taken for the name of the service, and of no account', key)
FROM ambiguous_keys
WHERE source = 'log' AND len(account_ids) = 0
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
    CASE WHEN key_type IN ('api_key', 'url_key') THEN 'API keys of the logs' WHEN key_type = 'session' THEN 'sessions of the logs' ELSE 'user names of the logs' END,
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
