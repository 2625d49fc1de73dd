-- fetch_batch --
-- A batch that the actor may take back, locked; no row for batches of others and for searches not to be seen.
SELECT b.id, b.search_id, b.action, b.changed, batch_undone(b) AS undone, b.undoes IS NOT NULL AS is_undo,
    search_editable(s, %(actor)s, %(role)s) AS editable, s.archived_at IS NOT NULL AS archived,
    coalesce(r.state IN ('queued', 'running', 'paused'), false) AS under_way
FROM change_batches b JOIN searches s ON s.id = b.search_id LEFT JOIN runs r ON r.id = b.run_id
WHERE b.id = %(batch_id)s AND (b.user_id = %(actor)s OR %(role)s = 'admin')
    AND search_listed(s, %(actor)s, %(role)s)
FOR NO KEY UPDATE OF b;

-- mark_undone --
-- Taken back: once.
UPDATE change_batches SET undone_at = now() WHERE id = %(batch_id)s;

-- fetch_changed --
-- The next candidates of a batch.
SELECT DISTINCT candidate_id FROM changes
WHERE batch_id = %(batch_id)s AND candidate_id > %(after)s ORDER BY candidate_id LIMIT %(limit)s;

-- fetch_fields --
-- What a batch changed about some candidates.
SELECT DISTINCT field FROM changes WHERE batch_id = %(batch_id)s AND candidate_id = ANY (%(ids)s::bigint[]);

-- fetch_last_batch --
-- The newest action of the actor in a search that can be taken back.
SELECT b.id, b.action, b.value, b.changed, b.created_at
FROM change_batches b JOIN searches s ON s.id = b.search_id LEFT JOIN runs r ON r.id = b.run_id
WHERE b.search_id = %(search_id)s AND b.user_id = %(actor)s AND b.undoes IS NULL AND NOT batch_undone(b)
    AND b.changed > 0 AND (r.id IS NULL OR r.state NOT IN ('queued', 'running', 'paused'))
    AND search_editable(s, %(actor)s, %(role)s)
ORDER BY b.id DESC LIMIT 1;
