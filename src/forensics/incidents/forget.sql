-- title: what was needed only for counting and detection is let go
-- why: memory
-- parameters: none
DROP TABLE IF EXISTS near;
DROP TABLE IF EXISTS client_networks;
DROP TABLE IF EXISTS fetches;
DROP TABLE IF EXISTS subject_numbers;
DROP TABLE IF EXISTS sought;
DELETE FROM incident_minutes WHERE incident_id NOT IN (SELECT incident_id FROM incidents);
