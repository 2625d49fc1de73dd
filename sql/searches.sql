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
INSERT INTO searches (user_id, title, visibility) VALUES (%(actor)s, %(title)s, %(visibility)s) RETURNING id;

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

-- clear_members --
-- Nobody is named any more.
DELETE FROM search_members WHERE search_id = %(search_id)s;

-- insert_members --
-- Names the users with these addresses (lower case); returns the addresses that were found.
WITH found AS (
    SELECT id, lower(email) AS email FROM users WHERE lower(email) = ANY (%(emails)s) AND disabled_at IS NULL),
named AS (
    INSERT INTO search_members (search_id, user_id) SELECT %(search_id)s, id FROM found ON CONFLICT DO NOTHING)
SELECT email FROM found;

-- fetch_members --
-- The addresses of the named people of a search; at most 200.
SELECT u.email FROM search_members m JOIN users u ON u.id = m.user_id
WHERE m.search_id = %(search_id)s ORDER BY u.email LIMIT 200;
