-- title: lines that repeat an earlier file
-- why: the rule. Two lines are the same when all their values are. The n-th of equal lines in one file matches the n-th in an earlier one
--      (by path), so equal requests within one second stay as often as the fuller file has them. A match counts only within a run: lines in
--      sequence that all match. In files of one host a run has at least three lines, or is the whole file; across hosts it has at least fifty,
--      from two clients and for ten targets, so that two hosts asked the same by one health check are not taken for one.
-- parameters: none
CREATE OR REPLACE TEMP TABLE overlap_matches AS
WITH
firsts AS (
    SELECT content, nth, min(unit) AS unit, min_by(evidence_id, unit) AS of_evidence_id, min_by(line, unit) AS of_line
    FROM overlap_lines
    GROUP BY content, nth
),
host_firsts AS (
    SELECT host, content, nth, min(unit) AS unit, min_by(evidence_id, unit) AS of_evidence_id, min_by(line, unit) AS of_line
    FROM overlap_lines
    GROUP BY host, content, nth
)
SELECT 'same host' AS scope, l.evidence_id, l.unit, l.line, l.place, l.client_ip, l.target, h.of_evidence_id, h.of_line
FROM overlap_lines AS l
JOIN host_firsts AS h ON l.host IS NOT DISTINCT FROM h.host AND l.content = h.content AND l.nth = h.nth AND h.unit < l.unit
UNION ALL
SELECT 'any host', l.evidence_id, l.unit, l.line, l.place, l.client_ip, l.target, f.of_evidence_id, f.of_line
FROM overlap_lines AS l
JOIN firsts AS f ON l.content = f.content AND l.nth = f.nth AND f.unit < l.unit;

DELETE FROM duplicates;
INSERT INTO duplicates BY NAME
WITH
islands AS (
    SELECT *, place - row_number() OVER (PARTITION BY scope, unit ORDER BY place) AS island
    FROM overlap_matches
),
runs AS (
    SELECT
        scope, unit, island, evidence_id, count(*) AS lines, count(DISTINCT client_ip) AS clients, count(DISTINCT target) AS targets
    FROM islands
    GROUP BY ALL
),
wholes AS (SELECT unit, evidence_id, count(*) AS lines FROM overlap_lines GROUP BY unit, evidence_id),
accepted AS (
    SELECT r.scope, r.unit, r.island
    FROM runs AS r
    JOIN wholes AS w ON r.unit = w.unit
    JOIN evidence_files AS f ON r.evidence_id = f.evidence_id
    WHERE (r.scope = 'same host' AND (r.lines >= 3 OR r.lines = f.parsed))
        OR (r.scope = 'any host' AND r.lines >= 50 AND r.clients >= 2 AND r.targets >= 10)
),
found AS (
    SELECT i.evidence_id, i.line, i.of_evidence_id, i.of_line, i.scope
    FROM islands AS i
    JOIN accepted AS a ON i.scope = a.scope AND i.unit = a.unit AND i.island = a.island
)
SELECT evidence_id, line, max_by(of_evidence_id, scope) AS of_evidence_id, max_by(of_line, scope) AS of_line
FROM found
GROUP BY evidence_id, line
ORDER BY evidence_id, line;

DROP TABLE overlap_matches;
DROP TABLE overlap_lines;
DROP TABLE overlap_files;
DROP TABLE overlap_sample;
DROP TABLE overlap_windows
