-- title: the shared values
-- why: their types, how many accounts share each, and for addresses the wider block (/16 or /32) that tells independent networks apart
-- parameters: none
SELECT
    v.value_no, v.identifier_type, v.sharers, t.family, t.level, t.m, t.chance, t.owner_bits, t.loose_bits,
    block_of(t.family, v.identifier_type, v.identifier_value) AS block
FROM shared_values AS v
JOIN identifier_types AS t USING (identifier_type)
ORDER BY v.value_no
