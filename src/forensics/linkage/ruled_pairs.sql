-- title: pairs of accounts that a person ruled on
-- why: a confirmed pair is one actor, a rejected pair never is
-- parameters: none
SELECT r.verdict, a.account_no, b.account_no AS other_no, r.why
FROM ruled_pairs AS r
JOIN account_numbers AS a ON a.account_id = r.account_id
JOIN account_numbers AS b ON b.account_id = r.other_account_id
ORDER BY ALL
