-- title: how the accounts of an incident are tied to their actor
-- why: whoever is named may ask by what; the strongest tie and the bits of all of them together
-- made by: linkage/ties, linkage/write_actors
-- parameters: $incident (NULL: all)
SELECT DISTINCT p.account_id, m.strength_bits, m.via
FROM participants AS p
JOIN actor_accounts AS m ON m.account_id = p.account_id
WHERE CAST($incident AS VARCHAR) IS NULL OR p.incident_id = $incident
ORDER BY p.account_id
