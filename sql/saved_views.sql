-- lock_owner --
-- One person's views are changed one after the other, so that their limit holds.
SELECT FROM users WHERE id = %(actor)s FOR NO KEY UPDATE;

-- fetch_room --
-- What saving depends on: no row unless the search is the actor's to see.
SELECT search_editable(s, %(actor)s, %(role)s) AS editable,
    (SELECT count(*) FROM saved_views v WHERE v.search_id = s.id AND v.user_id = %(actor)s) AS saved
FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- insert_view --
-- A new view; no row when the actor has one of that name.
INSERT INTO saved_views (user_id, search_id, name, shared, state)
VALUES (%(actor)s, %(search_id)s, %(name)s, %(shared)s, %(state)s)
ON CONFLICT (user_id, search_id, name) DO NOTHING RETURNING id;

-- replace_view --
-- The actor's view of that name shows something else from now on.
UPDATE saved_views v SET state = %(state)s, shared = %(shared)s
FROM searches s
WHERE v.user_id = %(actor)s AND v.search_id = %(search_id)s AND v.name = %(name)s
    AND s.id = v.search_id AND search_visible(s, %(actor)s, %(role)s)
RETURNING v.id;

-- fetch_views --
-- Views of one search: the actor's own, then those that others share.
SELECT v.id, v.search_id, v.name, v.shared, v.state, v.user_id = %(actor)s AS own, u.name AS owner,
    coalesce(p.value = to_jsonb(v.id), false) AS is_default
FROM saved_views v
JOIN searches s ON s.id = v.search_id AND search_visible(s, %(actor)s, %(role)s)
JOIN users u ON u.id = v.user_id
LEFT JOIN user_preferences p ON p.user_id = %(actor)s AND p.name = %(default_view)s || v.search_id::text
WHERE v.search_id = %(search_id)s AND (v.user_id = %(actor)s OR v.shared)
ORDER BY own DESC, lower(v.name), v.id LIMIT %(most)s;

-- fetch_view --
-- One view that the actor may open.
SELECT v.id, v.search_id, v.name, v.shared, v.state, v.user_id = %(actor)s AS own, u.name AS owner,
    coalesce(p.value = to_jsonb(v.id), false) AS is_default
FROM saved_views v
JOIN searches s ON s.id = v.search_id AND search_visible(s, %(actor)s, %(role)s)
JOIN users u ON u.id = v.user_id
LEFT JOIN user_preferences p ON p.user_id = %(actor)s AND p.name = %(default_view)s || v.search_id::text
WHERE v.id = %(view_id)s AND (v.user_id = %(actor)s OR v.shared);

-- fetch_default_view --
-- The view with which a search opens for the actor, as long as they may open it.
SELECT v.id, v.search_id, v.name, v.shared, v.state, v.user_id = %(actor)s AS own, u.name AS owner, true AS is_default
FROM user_preferences p
JOIN saved_views v ON to_jsonb(v.id) = p.value AND v.search_id = %(search_id)s
    AND (v.user_id = %(actor)s OR v.shared)
JOIN searches s ON s.id = v.search_id AND search_visible(s, %(actor)s, %(role)s)
JOIN users u ON u.id = v.user_id
WHERE p.user_id = %(actor)s AND p.name = %(default_view)s || %(search_id)s::text;

-- fetch_own_view --
-- One of the actor's own views, for changing it.
SELECT v.id, search_editable(s, %(actor)s, %(role)s) AS editable
FROM saved_views v JOIN searches s ON s.id = v.search_id AND search_visible(s, %(actor)s, %(role)s)
WHERE v.id = %(view_id)s AND v.user_id = %(actor)s FOR NO KEY UPDATE OF v;

-- name_is_taken --
-- Whether the actor has another view of that name in the same search.
SELECT EXISTS (SELECT FROM saved_views v JOIN saved_views mine USING (user_id, search_id)
    WHERE mine.id = %(view_id)s AND v.name = %(name)s AND v.id <> mine.id) AS taken;

-- rename_view --
-- Another name.
UPDATE saved_views SET name = %(name)s WHERE id = %(view_id)s;

-- share_view --
-- Seen by everyone who may see the search, or by its owner only.
UPDATE saved_views SET shared = %(shared)s WHERE id = %(view_id)s;

-- delete_view --
-- Gone, and nobody's default any more.
WITH gone AS (DELETE FROM saved_views WHERE id = %(view_id)s RETURNING id, search_id)
DELETE FROM user_preferences p USING gone
WHERE p.name = %(default_view)s || gone.search_id::text AND p.value = to_jsonb(gone.id);

-- clear_default_view --
-- The search opens as usual again.
DELETE FROM user_preferences WHERE user_id = %(actor)s AND name = %(default_view)s || %(search_id)s::text;
