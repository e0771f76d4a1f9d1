-- title: whose load rose with the incident, or that nobody is blamed and why
-- why: the program's main inference, told apart from what was seen. Load without an account is told by where it came from, and is no actor's:
--      that an actor's accounts are known there is said elsewhere.
-- parameters: none
SELECT
    a.incident_id, i.started_at AS occurred_at, 'attribution' AS event_type,
    format(
        '{} made {:,.0f} {}requests {}more than usual {}{}: {} % of the whole excess.',
        if(a.subject_type IN ('network', 'agent'), format('The {} {}', a.subject_type, a.subject_id), coalesce(n.label, a.called, a.subject_id)),
        a.excess_requests, if(i.refused_requests IS NULL, '', 'refused '), if(a.subject_type IN ('network', 'agent'), 'without an account ', ''),
        if(i.kind IN ('surge', 'collection') OR i.refused_requests IS NOT NULL, 'while it lasted', 'from the ramp to the impact'),
        if(a.excess_work IS NULL, '', format(', as much work as {:,.0f} usual ones', a.excess_work)),
        CASE WHEN a.load_share >= 0.9995 AND a.load_share < 1 THEN 'over 99.9'
            ELSE format(if(a.load_share > 0.99 AND a.load_share < 1, '{:.1f}', '{:.0f}'), 100 * a.load_share) END -- 100 % is all of it
    ) || coalesce(' ' || a.origin, '') AS message,
    FALSE AS observed, if(a.subject_type IN ('network', 'agent'), NULL, a.actor_id) AS actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line,
    CAST(round(a.excess_requests) AS BIGINT) AS rows, a.likelihood
FROM attributions AS a
JOIN incidents AS i USING (incident_id)
LEFT JOIN actors AS n ON n.actor_id = a.actor_id
WHERE (i.verdict = 'several actors' OR (i.verdict = 'attributed' AND a.rank = 1)) AND a.load_share IS NOT NULL
UNION ALL
SELECT
    incident_id, started_at, 'verdict', concat_ws(' ', format('No actor is blamed (verdict "{}").', verdict), nullif(trim(substr(summary, length(seen) + 1)), '')),
    FALSE, NULL, NULL, NULL, NULL, NULL, likelihood
FROM incidents
WHERE verdict NOT IN ('attributed', 'several actors') AND starts_with(summary, seen)
