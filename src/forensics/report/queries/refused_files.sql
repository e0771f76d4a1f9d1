-- title: files that were given and could not be read
-- why: whoever relies on the findings has to know what they do not rest on; not what a file begins with (--redact could not tell what that is)
-- parameters: none
SELECT path, regexp_extract(reason, '^(.*?)(?: \(it begins with |; |$)', 1, 's') AS reason
FROM refused_files
ORDER BY path, reason
