-- title: which site's pages sent requests, in an incident's window (0) and in those that it is compared with, taken together (1)
-- why: a crowd comes from somewhere: a news item, a forum, a page that embeds what is served here. The referrer is what the client says;
--      requests without one count among all.
-- parameters: $starts, $ends (equally long lists of minutes, the incident's own first)
WITH windows AS (
    SELECT unnest($starts) AS starts, unnest($ends) AS ends, unnest(range(len($starts))) AS w
),

asked AS (
    SELECT CAST(least(w.w, 1) AS INTEGER) AS w, regexp_extract(lower(q.referrer), '^https?://(?:www\.)?([^/:?#]+)', 1) AS site, count(*) AS requests
    FROM requests AS q
    JOIN windows AS w ON q.started_at >= w.starts AND q.started_at < w.ends
    GROUP BY ALL
)

SELECT
    coalesce(site, '') AS site, CAST(coalesce(sum(requests) FILTER (w = 0), 0) AS DOUBLE) AS now,
    CAST(coalesce(sum(requests) FILTER (w = 1), 0) AS DOUBLE) AS usual
FROM asked
GROUP BY 1
ORDER BY now DESC, site
