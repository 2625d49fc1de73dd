-- fetch_presets --
-- The team's kept criteria by name; `own`: the actor may delete it.
SELECT p.id, p.name, jsonb_array_length(p.criteria) AS count, p.user_id = %(actor)s OR %(role)s = 'admin' AS own
FROM rubric_presets p ORDER BY lower(p.name) LIMIT %(limit)s;

-- fetch_preset --
-- One of them with its criteria.
SELECT p.name, p.criteria FROM rubric_presets p WHERE p.id = %(preset_id)s;

-- save_preset --
-- A new one, or the actor's own of this name as it is now; no row where the name is someone else's.
INSERT INTO rubric_presets (user_id, name, criteria) SELECT %(actor)s, %(name)s, %(criteria)s WHERE %(role)s <> 'viewer'
ON CONFLICT (lower(name)) DO UPDATE SET name = excluded.name, criteria = excluded.criteria
    WHERE rubric_presets.user_id = %(actor)s OR %(role)s = 'admin'
RETURNING id;

-- count_presets --
-- How many there are.
SELECT count(*) AS n FROM rubric_presets;

-- delete_preset --
-- The actor's own one, or any for an admin.
DELETE FROM rubric_presets p WHERE p.id = %(preset_id)s AND (p.user_id = %(actor)s OR %(role)s = 'admin')
    AND %(role)s <> 'viewer'
RETURNING p.name;

-- fetch_versions --
-- A search's versions of its criteria, the newest first.
SELECT r.id, r.version, r.created_at, u.name AS created_by,
    (SELECT count(*) FROM criteria q WHERE q.rubric_id = r.id) AS count
FROM rubrics r JOIN searches s ON s.id = r.search_id JOIN users u ON u.id = r.created_by
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s)
ORDER BY r.version DESC LIMIT %(limit)s;
