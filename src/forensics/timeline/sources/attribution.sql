-- title: whose load rose with the incident, or that nobody is blamed and why
-- why: the program's main inference, told apart from what was seen
-- parameters: none
SELECT
    a.incident_id, i.started_at AS occurred_at, 'attribution' AS event_type,
    format(
        '{} made {:,.0f} {}requests more than usual {}{}: {:.0f} % of the whole excess.', coalesce(n.label, a.called, a.subject_id), a.excess_requests,
        if(i.refused_requests IS NULL, '', 'refused '),
        if(i.kind IN ('surge', 'collection') OR i.refused_requests IS NOT NULL, 'while it lasted', 'from the ramp to the impact'),
        if(a.excess_work IS NULL, '', format(', as much work as {:,.0f} usual ones', a.excess_work)), 100 * a.load_share
    ) || coalesce(' ' || a.origin, '') AS message,
    FALSE AS observed, a.actor_id, NULL AS account_id, NULL AS evidence_id, NULL AS line,
    CAST(round(a.excess_requests) AS BIGINT) AS rows, a.likelihood
FROM attributions AS a
JOIN incidents AS i USING (incident_id)
LEFT JOIN actors AS n ON n.actor_id = a.actor_id
WHERE a.rank = 1 AND i.verdict IN ('attributed', 'several actors') AND a.load_share IS NOT NULL
UNION ALL
SELECT
    incident_id, started_at, 'verdict', concat_ws(' ', format('No actor is blamed (verdict "{}").', verdict), nullif(trim(substr(summary, length(seen) + 1)), '')),
    FALSE, NULL, NULL, NULL, NULL, NULL, likelihood
FROM incidents
WHERE verdict NOT IN ('attributed', 'several actors') AND starts_with(summary, seen)
