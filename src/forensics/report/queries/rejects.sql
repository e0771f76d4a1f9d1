-- title: lines that could not be read
-- why: data quality: how many lines of each file were refused, and for what reason
-- parameters: none
SELECT evidence_id, reason, count(*) AS lines, min(line) AS first_line
FROM rejects
GROUP BY evidence_id, reason
ORDER BY lines DESC, evidence_id, reason
