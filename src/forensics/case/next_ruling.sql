-- title: the number of the next ruling
-- why: rulings are numbered in the order they were made; a later one wins
-- parameters: none
SELECT coalesce(max(ruling), 0) + 1 AS ruling FROM rulings
