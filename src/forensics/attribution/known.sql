-- title: accounts and addresses that were ruled known
-- why: partners, monitors and load tests are never blamed; their load still counts
-- parameters: none
SELECT subject_type, subject FROM known_subjects ORDER BY subject_type, subject
