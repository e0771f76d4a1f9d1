-- title: the mailboxes of the accounts of an incident, and how they are tied to their actor
-- why: whoever is named may ask by what; the strongest tie and the bits of all of them together. Who belongs to a wider actor only (the
--      uninvolved of an organisation, say) is told the strongest link that holds it there, and at what level
-- made by: linkage/ties, linkage/write_actors
-- parameters: $incident (NULL: all)
WITH wider AS (
    SELECT
        l.account_id, max(l.weight_bits) AS bits,
        arg_max(replace(l.identifier_type, '_', ' ') || ' ' || l.identifier_value, (l.weight_bits, l.identifier_type, l.identifier_value)) AS via,
        arg_max(a.level, (l.weight_bits, l.identifier_type, l.identifier_value)) AS level
    FROM links AS l
    JOIN actors AS a ON a.actor_id = l.actor_id
    WHERE l.kept
    GROUP BY l.account_id
)
SELECT DISTINCT
    p.account_id, a.email, coalesce(m.strength_bits, w.bits) AS strength_bits, coalesce(m.via, w.via) AS via,
    if(m.via IS NULL, w.level, NULL) AS level
FROM participants AS p
JOIN actor_accounts AS m ON m.account_id = p.account_id
LEFT JOIN accounts AS a ON a.account_id = p.account_id
LEFT JOIN wider AS w ON w.account_id = p.account_id
WHERE CAST($incident AS VARCHAR) IS NULL OR p.incident_id = $incident
ORDER BY p.account_id
