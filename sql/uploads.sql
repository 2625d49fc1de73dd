-- Uploaded files, from their arrival until they are imported.

-- insert_upload --
-- A file that was stored.
INSERT INTO uploads (user_id, file_name, bytes, storage_key)
VALUES (%(actor)s, %(file_name)s, %(bytes)s, %(storage_key)s) RETURNING id;

-- set_size --
-- All of it is stored.
UPDATE uploads SET bytes = %(bytes)s WHERE id = %(upload_id)s::uuid;

-- fetch_upload --
-- One upload of the actor's, locked so that it is started once.
SELECT id, file_name, bytes, storage_key FROM uploads
WHERE id = %(upload_id)s::uuid AND (user_id = %(actor)s OR %(role)s = 'admin') FOR UPDATE;

-- fetch_awaited --
-- Whether a run that has not ended still has to read an upload.
SELECT EXISTS (SELECT FROM runs r WHERE r.kind IN ('import', 'dry_run', 'list') AND r.state IN ('queued', 'running', 'paused')
    AND r.params @> jsonb_build_object('parts', jsonb_build_array(jsonb_build_object('upload_id', %(upload_id)s::text)))
) AS awaited;

-- fetch_old_uploads --
-- Uploads that nobody will ask for any more: imported, read into a list or of no use for it, or left alone for long.
SELECT u.id, u.storage_key FROM uploads u, jsonb_build_object('parts',
    jsonb_build_array(jsonb_build_object('upload_id', u.id))) AS used
WHERE (u.created_at < now() - make_interval(hours => %(hours)s)
        OR EXISTS (SELECT FROM runs r WHERE r.params @> used AND (r.kind = 'import' AND r.state = 'done'
            OR r.kind = 'list' AND r.state IN ('done', 'failed', 'cancelled'))))
    AND NOT EXISTS (SELECT FROM runs r WHERE r.kind IN ('import', 'dry_run', 'list')
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
