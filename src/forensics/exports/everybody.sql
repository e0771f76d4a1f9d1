-- title: names that a log gives to nearly all who ask
-- why: a store of files that is asked with signed URLs logs who signed them, a service behind a proxy the proxy's own sign-in: that is the
--      service, whoever asks, and no account. Such a name stands at nearly all requests of a log, in nearly all of its hours (an account that
--      floods a log does not own the quiet hours, too), and they come from very many addresses. A name that an export knows stays an account.
-- parameters: $most (share of the requests, and of the hours), $addresses (as many, at least)
CREATE OR REPLACE TEMP TABLE everybody AS
WITH sizes AS (SELECT host, format, sum(parsed) AS requests FROM evidence_files WHERE kind = 'log' GROUP BY ALL),
uses AS (
    SELECT f.host, f.format, l.key, sum(l.uses) AS uses
    FROM log_names AS l
    JOIN evidence_files AS f USING (evidence_id)
    JOIN account_aliases AS a ON a.source = 'log' AND a.key = l.key AND a.how = 'seen only in logs'
    GROUP BY ALL
),
suspects AS MATERIALIZED (
    SELECT f.evidence_id, u.host, u.format, u.key
    FROM uses AS u
    JOIN sizes AS s ON s.host IS NOT DISTINCT FROM u.host AND s.format = u.format AND u.uses >= greatest($most * s.requests, $addresses)
    JOIN evidence_files AS f ON f.kind = 'log' AND f.host IS NOT DISTINCT FROM u.host AND f.format = u.format
),
hours AS (
    SELECT
        s.host, s.format, s.key, date_trunc('hour', e.started_at) AS hour, count(*) FILTER (e.user_name = s.key) AS own, count(*) AS requests
    FROM suspects AS s
    JOIN stored_events AS e USING (evidence_id)
    GROUP BY ALL
),
addresses AS (
    SELECT s.host, s.format, s.key, count(DISTINCT e.client_ip) AS addresses
    FROM suspects AS s
    JOIN stored_events AS e ON e.evidence_id = s.evidence_id AND e.user_name = s.key
    GROUP BY ALL
)
SELECT DISTINCT h.key
FROM hours AS h
JOIN addresses AS a ON a.host IS NOT DISTINCT FROM h.host AND a.format = h.format AND a.key = h.key AND a.addresses >= $addresses
GROUP BY h.host, h.format, h.key
HAVING count(*) FILTER (2 * own >= requests) >= $most * count(*)
ORDER BY h.key;

DELETE FROM account_aliases WHERE source = 'log' AND how = 'seen only in logs' AND key IN (SELECT key FROM everybody);

INSERT INTO ambiguous_keys
SELECT 'log', 'user_name', key, [] FROM everybody;

DROP TABLE everybody;
