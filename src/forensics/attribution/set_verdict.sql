-- title: the verdict on one incident
-- why: detection finds what broke; attribution says who, or nobody
-- parameters: $incident_id, $verdict, $likelihood, $summary, $own_failed, $own_affected and $unnamed (of the participants; NULL where none are named), $lead
UPDATE incidents
SET
    verdict = $verdict, likelihood = $likelihood, summary = concat_ws(' ', summary, $summary),
    participants_failed = $own_failed, participants_affected = $own_affected, failed_unnamed = $unnamed, lead = $lead
WHERE incident_id = $incident_id
