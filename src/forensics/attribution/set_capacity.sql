-- title: the capacity line of an incident's picture
-- why: load is judged against what the service can bear
-- parameters: $incident_id, $capacity (requests a minute)
UPDATE incident_minutes SET capacity_requests = $capacity WHERE incident_id = $incident_id
