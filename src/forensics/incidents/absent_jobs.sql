-- title: missing load that is one client's job which did not come, or came at another time
-- why: a nightly job of one customer may be most of the load of its hour. Without it the hour looks like a collapse, though everybody else
--      came as usual. Compared with the same hours of the days around; where the others are too few to tell, the job must not have been
--      there just before either (a service that fails cuts off who was there), and be no more than half of the whole log: an agent that all
--      share, or the one proxy that everybody comes through, is no job. In the first and the last minute others came before it began
--      and after it ended: where none of them came in the whole minutes between (`inside`), it is no job that is missing. Nor is what many
--      share, unless it says that it is a robot: the one app, or the one proxy, that stays away while health checks go on is everybody; and
--      so is, where a log knows no accounts, a network of many addresses.
-- parameters: $many accounts, addresses or networks that share an agent or a network; reads `incidents` as filled by detection and
--      `client_networks` as made by askers.sql
WITH spans AS (
    SELECT
        incident_id, date_trunc('minute', started_at) AS low, coalesce(ended_at, started_at) AS high,
        date_trunc('minute', started_at + INTERVAL '59.999999 seconds') AS whole_low, date_trunc('minute', coalesce(ended_at, started_at)) AS whole_high
    FROM incidents
    WHERE kind IN ('collapse', 'silence') AND scope = 'everything'
),

logged AS (SELECT min(minute) AS first_at, max(minute) AS last_at FROM service_minutes),

windows AS (
    SELECT
        s.incident_id, d.day, s.low + to_days(CAST(d.day AS INTEGER)) AS low, s.high + to_days(CAST(d.day AS INTEGER)) AS high,
        s.whole_low + to_days(CAST(d.day AS INTEGER)) AS whole_low, s.whole_high + to_days(CAST(d.day AS INTEGER)) AS whole_high
    FROM spans AS s
    CROSS JOIN range(-7, 8) AS d (day)
    JOIN logged AS l ON s.low + to_days(CAST(d.day AS INTEGER)) >= l.first_at AND s.high + to_days(CAST(d.day AS INTEGER)) <= l.last_at
),

used AS (
    SELECT
        w.incident_id, w.day, m.account_id, m.network, m.agent_id, sum(m.requests) AS requests,
        coalesce(sum(m.requests) FILTER (m.minute >= w.whole_low AND m.minute < w.whole_high), 0) AS inside
    FROM windows AS w
    JOIN subject_minutes AS m ON m.minute BETWEEN w.low AND w.high
    GROUP BY ALL
),

totals AS (
    SELECT w.incident_id, w.day, coalesce(sum(u.requests), 0) AS requests, coalesce(sum(u.inside), 0) AS inside
    FROM windows AS w
    LEFT JOIN used AS u USING (incident_id, day)
    GROUP BY w.incident_id, w.day
),

clients AS (
    SELECT incident_id, day, kind, client, sum(requests) AS requests, sum(inside) AS inside
    FROM (
        UNPIVOT (SELECT incident_id, day, account_id AS account, network, CAST(agent_id AS VARCHAR) AS agent, requests, inside FROM used)
        ON account, network, agent INTO NAME kind VALUE client
    )
    GROUP BY ALL
),

shared AS (
    SELECT u.incident_id, 'agent' AS kind, CAST(u.agent_id AS VARCHAR) AS client
    FROM used AS u
    JOIN agents AS g USING (agent_id)
    WHERE NOT is_declared_robot(g.user_agent)
    GROUP BY ALL
    HAVING count(DISTINCT coalesce(u.account_id, u.network)) >= $many
    UNION ALL
    SELECT incident_id, 'network', network FROM used WHERE network IS NOT NULL GROUP BY ALL HAVING count(DISTINCT account_id) >= $many
    UNION ALL
    SELECT u.incident_id, 'network', u.network
    FROM used AS u
    SEMI JOIN (SELECT network FROM client_networks GROUP BY network HAVING count(*) >= $many) AS n ON n.network = u.network
    GROUP BY ALL
),

-- who usually makes much of the load of these hours
jobs AS (
    SELECT c.incident_id, c.kind, c.client
    FROM clients AS c
    JOIN (SELECT incident_id, sum(requests) AS requests FROM totals WHERE day <> 0 GROUP BY incident_id) AS t USING (incident_id)
    ANTI JOIN shared AS s ON s.incident_id = c.incident_id AND s.kind = c.kind AND s.client = c.client
    WHERE c.day <> 0
    GROUP BY c.incident_id, c.kind, c.client
    HAVING sum(c.requests) >= 0.4 * any_value(t.requests)
),

shares AS (
    SELECT j.kind, j.client, sum(m.requests) / (SELECT sum(requests) FROM subject_minutes) AS of_log
    FROM (SELECT DISTINCT kind, client FROM jobs) AS j
    JOIN subject_minutes AS m ON client_of(j.kind, m.account_id, m.network, m.agent_id) = j.client
    GROUP BY j.kind, j.client
),

beside AS (
    SELECT
        j.incident_id, j.kind, j.client, count(*) FILTER (t.day <> 0) AS days,
        median(t.requests - coalesce(c.requests, 0)) FILTER (t.day <> 0) AS others_usual,
        coalesce(sum(t.requests - coalesce(c.requests, 0)) FILTER (t.day = 0), 0) AS others_now,
        median(t.inside - coalesce(c.inside, 0)) FILTER (t.day <> 0) AS inside_usual,
        coalesce(sum(t.inside - coalesce(c.inside, 0)) FILTER (t.day = 0), 0) AS inside_now
    FROM jobs AS j
    JOIN totals AS t USING (incident_id)
    LEFT JOIN clients AS c ON c.incident_id = j.incident_id AND c.kind = j.kind AND c.client = j.client AND c.day = t.day
    GROUP BY j.incident_id, j.kind, j.client
),

just_before AS (
    SELECT DISTINCT j.incident_id, j.kind, j.client
    FROM jobs AS j
    JOIN spans AS s USING (incident_id)
    JOIN subject_minutes AS m ON m.minute >= s.low - INTERVAL 10 MINUTE AND m.minute < s.low
        AND client_of(j.kind, m.account_id, m.network, m.agent_id) = j.client
)

SELECT DISTINCT b.incident_id
FROM beside AS b
JOIN shares AS w USING (kind, client)
JOIN spans AS s USING (incident_id)
LEFT JOIN just_before AS p USING (incident_id, kind, client)
WHERE
    b.days >= 3
    AND CASE
        WHEN b.inside_usual >= 10 AND b.inside_now = 0 THEN FALSE
        WHEN b.others_usual >= 10 AND s.whole_low < s.whole_high THEN b.others_now >= 0.5 * b.others_usual
        ELSE p.client IS NULL AND w.of_log < 0.5
    END
ORDER BY b.incident_id
