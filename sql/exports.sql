-- fetch_exportable --
-- The search as the actor sees it; allowed tells those who may export from viewers.
SELECT s.title, s.data_version, search_editable(s, %(actor)s, %(role)s) AS allowed
FROM searches s WHERE s.id = %(search_id)s::uuid AND search_visible(s, %(actor)s, %(role)s);

-- fetch_rows --
-- People in the order of their candidates' ids, with everything that an export may hold. Who has
-- left the search since is left out.
SELECT p.full_name, p.first_name, p.last_name, p.title, p.company, p.location, p.country, p.industry, p.headline,
    p.email, p.phone, p.linkedin_url, p.skills, p.years_experience::float8 AS years_experience,
    p.current_tenure_months, p.average_tenure_months, c.score::float8 AS score, c.fit, c.stage, c.filter_status,
    c.tags, c.note_count, p.source, c.has_email,
    to_char(c.added_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS added_at,
    to_char(c.screened_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS screened_at, p.summary
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS u (id, n)
JOIN candidates c ON c.id = u.id AND c.search_id = %(search_id)s::uuid
JOIN profiles p ON p.id = c.profile_id
ORDER BY u.n;

-- insert_export --
-- A file that is whole.
INSERT INTO exports (search_id, user_id, run_id, format, file_name, rows, bytes, storage_key, expires_at)
VALUES (%(search_id)s::uuid, %(actor)s, %(run_id)s, %(format)s, %(file_name)s, %(rows)s, %(bytes)s, %(storage_key)s,
    now() + make_interval(days => %(days)s))
RETURNING id;

-- fetch_export --
-- One export with what the actor may do with it.
SELECT e.id, e.format, e.file_name, e.bytes, e.storage_key, e.created_at, e.expires_at <= now() AS expired,
    (e.user_id = %(actor)s OR %(role)s = 'admin') AND search_editable(s, %(actor)s, %(role)s) AS allowed
FROM exports e JOIN searches s ON s.id = e.search_id WHERE e.id = %(export_id)s::uuid;

-- fetch_export_of_run --
-- The file of a run.
SELECT id, storage_key, rows, bytes, file_name FROM exports WHERE run_id = %(run_id)s;

-- fetch_expired --
-- Files that were kept long enough, whoever made them.
SELECT id, storage_key FROM exports WHERE expires_at <= now() ORDER BY expires_at LIMIT 100;

-- delete_export --
-- Forgets an export whose file is gone.
DELETE FROM exports WHERE id = %(export_id)s;

-- fetch_leftovers --
-- Files that runs were writing when they ended without one.
SELECT id, counts ->> '_file' AS storage_key FROM runs
WHERE kind = 'export' AND state IN ('failed', 'cancelled') AND counts ? '_file' LIMIT 100;

-- forget_leftover --
-- What such a run left behind is gone.
UPDATE runs SET counts = counts - '_file' WHERE id = %(run_id)s AND state IN ('failed', 'cancelled');

-- find_searches --
-- Searches with exactly this title that the actor may see.
SELECT s.id FROM searches s
WHERE s.title = %(title)s AND s.archived_at IS NULL AND search_visible(s, %(actor)s, %(role)s)
ORDER BY s.created_at DESC LIMIT 2;
