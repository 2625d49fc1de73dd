-- fetch_searches --
-- One page of the searches that someone may see, newest first.
SELECT s.id, s.title, u.name AS owner, s.user_id AS owner_id, s.visibility, s.data_version, s.profile_count,
    s.archived_at IS NOT NULL AS archived, s.created_at, search_editable(s, %(actor)s, %(role)s) AS editable
FROM searches s JOIN users u ON u.id = s.user_id
WHERE search_listed(s, %(actor)s, %(role)s) AND (s.archived_at IS NOT NULL) = %(archived)s
ORDER BY s.created_at DESC, s.id LIMIT %(limit)s OFFSET %(offset)s;

-- fetch_search --
-- One search; no row when it is missing or not to be seen.
SELECT s.id, s.title, u.name AS owner, s.user_id AS owner_id, s.visibility, s.data_version, s.profile_count,
    s.archived_at IS NOT NULL AS archived, s.created_at, search_editable(s, %(actor)s, %(role)s) AS editable
FROM searches s JOIN users u ON u.id = s.user_id
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- insert_search --
-- A new search, still without people.
INSERT INTO searches (user_id, title, visibility, source) VALUES (%(actor)s, %(title)s, %(visibility)s, %(source)s)
RETURNING id;

-- rename_search --
-- A new title; touches no row unless the actor may change the search.
UPDATE searches s SET title = %(title)s
WHERE s.id = %(search_id)s AND search_editable(s, %(actor)s, %(role)s);

-- fetch_archived --
-- Whether a search that is not to be read, or changed, is an archived one that the actor may know of, or on its way there.
SELECT s.archived_at IS NOT NULL AS archived, search_frozen(s) AS frozen FROM searches s
WHERE s.id = %(search_id)s AND search_listed(s, %(actor)s, %(role)s);

-- update_visibility --
-- Who may see a search; its owner or an admin only.
UPDATE searches s SET visibility = %(visibility)s
WHERE s.id = %(search_id)s AND search_editable(s, %(actor)s, %(role)s)
    AND (s.user_id = %(actor)s OR %(role)s = 'admin');

-- update_owner --
-- Another owner, who may change things here and is not disabled; by its owner or an admin only.
UPDATE searches s SET user_id = n.id, visibility = CASE s.visibility WHEN 'private' THEN 'named' ELSE s.visibility END
FROM users n
WHERE s.id = %(search_id)s AND n.id = %(owner)s AND n.disabled_at IS NULL AND n.role <> 'viewer'
    AND search_editable(s, %(actor)s, %(role)s) AND (s.user_id = %(actor)s OR %(role)s = 'admin');

-- insert_former_owner --
-- Who owned a search is named, where not the whole team sees it anyway.
INSERT INTO search_members (search_id, user_id, role)
SELECT s.id, %(before)s, 'edit' FROM searches s WHERE s.id = %(search_id)s AND s.visibility = 'named'
ON CONFLICT (search_id, user_id) DO UPDATE SET role = 'edit';

-- delete_member --
-- One person is named no more.
DELETE FROM search_members WHERE search_id = %(search_id)s AND user_id = %(user_id)s;

-- clear_members --
-- Nobody is named any more.
DELETE FROM search_members WHERE search_id = %(search_id)s;

-- insert_members --
-- Names the users with these addresses (as address_key() has them), each with what they may do; returns the addresses that were found.
WITH wanted AS (SELECT w.email, w.role FROM unnest(%(emails)s::text[], %(roles)s::text[]) AS w (email, role)),
found AS (
    SELECT u.id, w.email, w.role FROM wanted w JOIN users u ON address_key(u.email) = w.email WHERE u.disabled_at IS NULL),
named AS (
    INSERT INTO search_members (search_id, user_id, role)
    SELECT s.id, f.id, f.role FROM found f JOIN searches s ON s.id = %(search_id)s AND s.user_id <> f.id
    ON CONFLICT DO NOTHING)
SELECT email FROM found;

-- fetch_members --
-- The named people of a search; at most 200.
SELECT u.email, u.name, m.role FROM search_members m JOIN users u ON u.id = m.user_id
WHERE m.search_id = %(search_id)s AND u.disabled_at IS NULL ORDER BY lower(u.name), u.id LIMIT 200;

-- fetch_colleagues --
-- Everyone with whom a search can be shared; at most 500.
SELECT id, email, name, role <> 'viewer' AS may_own FROM users WHERE disabled_at IS NULL
ORDER BY lower(name), id LIMIT 500;

-- find_colleagues --
-- The users with these addresses (as address_key() has them).
SELECT id, email, name, role <> 'viewer' AS may_own FROM users
WHERE address_key(email) = ANY (%(emails)s) AND disabled_at IS NULL ORDER BY lower(name), id LIMIT 200;
