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
SELECT CASE key_type WHEN 'api_key' THEN 'API keys of the logs' ELSE 'user names of the logs' END, 'joined to accounts by ' || how || ' (' || count(*) || ')'
FROM account_aliases
WHERE source = 'log'
GROUP BY key_type, how
ORDER BY ALL
