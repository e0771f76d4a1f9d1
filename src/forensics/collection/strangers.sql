-- title: the loads without an account that incidents were attributed to, and when they lasted
-- why: what they were served is counted while the incident lasts: at other times others may be behind the same addresses. Of a network of
--      which one agent alone rose, only that agent's requests are.
-- parameters: none
SELECT
    a.subject_id AS subject, CASE WHEN a.subject_type = 'network' THEN a.subject_id END AS network,
    CASE WHEN a.subject_type = 'agent' THEN a.subject_id WHEN starts_with(a.part, 'agent ') THEN a.part[7:] END AS agent,
    coalesce(i.ramp_started_at, i.started_at) AS starts, coalesce(i.ended_at, (SELECT max(last_at) FROM evidence_files)) AS ends
FROM attributions AS a
JOIN incidents AS i USING (incident_id)
WHERE a.subject_type IN ('network', 'agent')
ORDER BY ALL
