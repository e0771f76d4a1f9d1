-- title: rulings
-- why: what people decided is obeyed, and is no finding: who reads the findings must know it, and why it was decided
-- parameters: none
SELECT
    ruling, verdict, CASE WHEN subject_type = 'account' THEN subject END AS account_id, CASE WHEN subject_type = 'address' THEN subject END AS network,
    CASE WHEN subject_type NOT IN ('account', 'address') THEN subject END AS identifier_value, other, why
FROM rulings_in_force
ORDER BY ruling
