-- title: the accounts that a mistyped or shortened name may mean
-- why: at four in the morning nobody types an id of 28 letters right
-- parameters: $wanted, $alike (Jaro-Winkler similarity from which two names are alike)
SELECT account_id, email
FROM (
    SELECT
        account_id, email,
        greatest(
            if(length($wanted) >= 3 AND contains(lower(concat_ws(' ', account_id, email, name)), lower($wanted)), 1.0, 0.0),
            jaro_winkler_similarity(lower(account_id), lower($wanted)),
            coalesce(jaro_winkler_similarity(lower(email), lower($wanted)), 0.0)
        ) AS similarity
    FROM accounts
)
WHERE similarity >= $alike
ORDER BY similarity DESC, account_id
LIMIT 3;
