-- Uploaded files, from their arrival until they are imported.

-- insert_upload --
-- A file that was stored.
INSERT INTO uploads (user_id, file_name, bytes, storage_key)
VALUES (%(actor)s, %(file_name)s, %(bytes)s, %(storage_key)s) RETURNING id;

-- fetch_upload --
-- One upload of the actor's, locked so that it is started once.
SELECT id, file_name, bytes, storage_key FROM uploads
WHERE id = %(upload_id)s::uuid AND (user_id = %(actor)s OR %(role)s = 'admin') FOR UPDATE;

-- fetch_awaited --
-- Whether a run that has not ended still has to read an upload.
SELECT EXISTS (SELECT FROM runs r WHERE r.kind IN ('import', 'dry_run') AND r.state IN ('queued', 'running', 'paused')
    AND r.params @> jsonb_build_object('parts', jsonb_build_array(jsonb_build_object('upload_id', %(upload_id)s::text)))
) AS awaited;

-- fetch_old_uploads --
-- Uploads that nobody will ask for any more: imported, or left alone for long.
SELECT u.id, u.storage_key FROM uploads u, jsonb_build_object('parts',
    jsonb_build_array(jsonb_build_object('upload_id', u.id))) AS used
WHERE (u.created_at < now() - make_interval(hours => %(hours)s)
        OR EXISTS (SELECT FROM runs r WHERE r.kind = 'import' AND r.state = 'done' AND r.params @> used))
    AND NOT EXISTS (SELECT FROM runs r WHERE r.kind IN ('import', 'dry_run')
        AND r.state IN ('queued', 'running', 'paused') AND r.params @> used)
LIMIT 100;

-- delete_upload --
-- Forgets an upload whose file is gone.
DELETE FROM uploads WHERE id = %(upload_id)s::uuid;

-- fetch_import_of --
-- The actor's run that imports or has imported an upload into this search in this way, if any has not failed.
SELECT id FROM runs
WHERE kind = 'import' AND search_id = %(search_id)s::uuid AND params @> %(params)s AND user_id = %(actor)s AND state IN ('queued', 'running', 'paused', 'done')
    AND params @> jsonb_build_object('parts', jsonb_build_array(jsonb_build_object('upload_id', %(upload_id)s::text)))
ORDER BY id DESC LIMIT 1;

-- fetch_import_params --
-- What a run was told to import.
SELECT params FROM runs WHERE id = %(run_id)s;

-- fetch_mapping --
-- How a file with these headers was mapped last, by anyone of the team.
SELECT m.fields, m.uses, m.used_at, u.name AS user_name
FROM import_mappings m LEFT JOIN users u ON u.id = m.user_id WHERE m.fingerprint = %(fingerprint)s;

-- remember_mapping --
-- The newest mapping of these headers.
INSERT INTO import_mappings AS m (fingerprint, fields, user_id)
VALUES (%(fingerprint)s, %(fields)s, %(actor)s)
ON CONFLICT (fingerprint) DO UPDATE
    SET fields = excluded.fields, user_id = excluded.user_id, uses = m.uses + 1, used_at = now();

-- forget_keys --
-- What a dry run has met.
DELETE FROM dry_run_keys WHERE run_id = %(run_id)s;

-- fetch_keys --
-- Which of these a dry run has met.
SELECT key FROM dry_run_keys WHERE run_id = %(run_id)s AND key = ANY (%(keys)s::bigint[]);

-- insert_keys --
-- Whom a dry run has met.
INSERT INTO dry_run_keys (run_id, key) SELECT %(run_id)s, unnest(%(keys)s::bigint[]) ON CONFLICT DO NOTHING;

-- count_outcomes --
-- What an import would make of these people: who is new in the search, who there would change (what a
-- file leaves empty stays), and who is in other searches that the actor may see.
WITH found AS (
    SELECT c.id IS NULL AS new,
        (g.full_name, g.first_name, g.last_name, g.headline, g.title, g.company, g.location, g.country, g.industry,
            g.summary, g.email, g.phone, g.public_url, g.skills, g.years_experience, g.current_tenure_months)
        IS DISTINCT FROM (
            CASE g.full_name WHEN '' THEN '' ELSE p.full_name END,
            CASE g.first_name WHEN '' THEN '' ELSE p.first_name END,
            CASE g.last_name WHEN '' THEN '' ELSE p.last_name END,
            CASE g.headline WHEN '' THEN '' ELSE p.headline END,
            CASE g.title WHEN '' THEN '' ELSE p.title END,
            CASE g.company WHEN '' THEN '' ELSE p.company END,
            CASE g.location WHEN '' THEN '' ELSE p.location END,
            CASE g.country WHEN '' THEN '' ELSE p.country END,
            CASE g.industry WHEN '' THEN '' ELSE p.industry END,
            CASE g.summary WHEN '' THEN '' ELSE p.summary END,
            CASE g.email WHEN '' THEN '' ELSE p.email END,
            CASE g.phone WHEN '' THEN '' ELSE p.phone END,
            CASE g.public_url WHEN '' THEN '' ELSE p.linkedin_url END,
            CASE WHEN cardinality(g.skills) = 0 THEN g.skills ELSE p.skills END,
            CASE WHEN g.years_experience IS NULL THEN NULL ELSE p.years_experience END,
            CASE WHEN g.current_tenure_months IS NULL THEN NULL ELSE p.current_tenure_months END) AS different,
        EXISTS (SELECT FROM places_of(p.id, %(search_id)s::uuid, %(actor)s, %(role)s)) AS elsewhere
    FROM jsonb_to_recordset(%(people)s) AS g(slot int, profile_id bigint, full_name text, first_name text,
        last_name text, headline text, title text, company text, location text, country text, industry text,
        summary text, email text, phone text, public_url text, skills text[], years_experience numeric(4, 1),
        current_tenure_months smallint)
    LEFT JOIN profiles p ON p.id = g.profile_id
    LEFT JOIN candidates c ON c.profile_id = p.id AND c.search_id = %(search_id)s::uuid)
SELECT count(*) FILTER (WHERE new) AS added,
    count(*) FILTER (WHERE NOT new AND different) AS changed,
    count(*) FILTER (WHERE NOT new AND NOT different) AS unchanged,
    count(*) FILTER (WHERE elsewhere) AS already_known
FROM found;
