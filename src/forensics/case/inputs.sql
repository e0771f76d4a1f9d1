-- title: everything that findings depend on
-- why: the analysis id is a hash of these rows; clock, user, host and absolute paths are not among them
-- parameters: none
SELECT 'evidence' AS what, path AS a, sha256 AS b, coalesce(load_options, '') AS c, kind AS d FROM evidence_files
UNION ALL SELECT 'note', CAST(occurred_at AS VARCHAR), message, coalesce(event_type, ''), coalesce(evidence_id, '') FROM notes
UNION ALL SELECT 'ruling', verdict, subject_type || ' ' || subject, coalesce(other, ''), coalesce(why, '') || CAST(ruling AS VARCHAR) FROM rulings
UNION ALL SELECT 'option', key, value, '', '' FROM options
ORDER BY ALL
