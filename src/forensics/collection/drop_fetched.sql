-- title: forget the objects of the suspects
-- why: only their counts are kept
-- parameters: none
DROP TABLE IF EXISTS fetched
