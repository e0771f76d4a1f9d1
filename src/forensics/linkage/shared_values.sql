-- title: the shared values
-- why: their types, how many accounts share each, whether the type is a source (brought, and an account has one: who funded or invited it),
--      and for addresses the wider block (/16 or /32) that tells independent networks apart
-- parameters: none
SELECT
    v.value_no, v.identifier_type, v.sharers, t.family, t.level, t.m, t.chance, t.owner_bits, t.loose_bits,
    block_of(t.family, v.identifier_type, v.identifier_value) AS block,
    t.owner_bits IS NULL AND starts_with(t.family, 'brought') AND coalesce(b.one_each, FALSE) AS source
FROM shared_values AS v
JOIN identifier_types AS t USING (identifier_type)
LEFT JOIN brought_types AS b USING (identifier_type)
ORDER BY v.value_no
