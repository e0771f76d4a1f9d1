-- title: files that were given and could not be read
-- why: whoever relies on the findings has to know what they do not rest on
-- parameters: none
SELECT path, reason
FROM refused_files
ORDER BY path, reason
