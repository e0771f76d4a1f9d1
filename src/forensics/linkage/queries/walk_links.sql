-- title: all links as edges for a walk
-- why: a walk from a suspect follows what holds and shows what was not enough; shared resources lead nowhere
-- parameters: none
SELECT l.identifier_type, l.identifier_value, l.account_id, l.weight_bits, l.kept, l.why
FROM links AS l
WHERE l.weight_bits IS NOT NULL
ORDER BY l.kept DESC, l.weight_bits DESC, l.identifier_type, l.identifier_value, l.account_id
