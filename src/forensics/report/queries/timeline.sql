-- title: timeline
-- why: the ordered story; each row names evidence. The table has an account's sign-up and payment for each incident that it took part in;
--      the story of all incidents tells them once, with the worst of these incidents
-- made by: timeline/sources/boundaries, timeline/sources/participants, timeline/sources/blocks, timeline/sources/capacity, timeline/sources/attribution, timeline/point_at_evidence
-- parameters: $incident (NULL: all)
SELECT t.*
FROM timeline AS t
LEFT JOIN incidents AS i ON i.incident_id = t.incident_id
WHERE CAST($incident AS VARCHAR) IS NULL OR t.incident_id IS NULL OR t.incident_id = $incident
QUALIFY
    t.event_type NOT IN ('sign-up', 'payment', 'account seen')
    OR row_number() OVER (
        PARTITION BY t.occurred_at, t.event_type, t.message, t.account_id, t.evidence_id, t.line
        ORDER BY
            list_position(['critical', 'high', 'medium', 'low'], i.severity) NULLS LAST, coalesce(i.verdict = 'not an outage', FALSE),
            coalesce(i.failed_requests, 0) + coalesce(i.refused_requests, 0) + coalesce(i.missing_requests, 0) DESC, i.started_at, t.incident_id, t.actor_id
    ) = 1
ORDER BY t.occurred_at, t.incident_id NULLS FIRST, t.event_type, t.message, t.actor_id, t.account_id, t.evidence_id, t.line
