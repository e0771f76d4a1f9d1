-- title: the verdict on one incident
-- why: detection finds what broke; attribution says who, or nobody
-- parameters: $incident_id, $verdict, $likelihood, $summary
UPDATE incidents
SET verdict = $verdict, likelihood = $likelihood, summary = concat_ws(' ', summary, $summary)
WHERE incident_id = $incident_id
