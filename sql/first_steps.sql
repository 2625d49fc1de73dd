-- fetch_steps --
-- What has been done in the oldest search of someone's own, while they own few: people are loaded by whatever way, the
-- other steps by what was started or decided there. No row for whoever dismissed the guide. A few looks into indexes.
SELECT s.id AS search_id, s.title, s.source = 'sample' AS sample, s.profile_count > 0 AS load,
    EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.kind = 'filter' AND r.state = 'done') AS filter,
    EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.kind = 'enrich' AND r.state = 'done') AS enrich,
    EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.kind = 'screen' AND r.state = 'done') AS screen,
    EXISTS (SELECT FROM change_batches b WHERE b.search_id = s.id AND b.action = 'stage' AND b.undoes IS NULL
        AND (b.undone_at IS NULL OR NOT batch_undone(b))) AS triage,
    EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.kind = 'export' AND r.state = 'done') AS export
FROM (
    SELECT o.id, o.title, o.source, o.profile_count, o.created_at, count(*) OVER () AS owned
    FROM searches o WHERE o.user_id = %(actor)s AND o.archived_at IS NULL AND o.deleted_at IS NULL) AS s
WHERE s.owned <= %(most)s AND NOT EXISTS (
    SELECT FROM user_preferences p WHERE p.user_id = %(actor)s AND p.name = %(preference)s)
ORDER BY s.created_at, s.id LIMIT 1;

-- fetch_anybody --
-- Whether any person is known here, and whether sample data is on its way out.
SELECT EXISTS (SELECT FROM profiles) AS found, EXISTS (
    SELECT FROM runs r JOIN searches s ON s.id::text = r.params ->> 'search_id' AND s.source = 'sample'
    WHERE r.kind = 'purge' AND r.state IN ('queued', 'running', 'paused')) AS removing;

-- lock_sample --
-- Until the transaction ends nobody else begins to load sample data.
SELECT pg_advisory_xact_lock(hashtext('sourcingx sample'));

-- fetch_begun --
-- Sample data that nobody is in: the import that is still to fill it, whoever started it; else what an earlier attempt
-- of the actor's left.
SELECT b.id, b.own, b.run_id FROM (
    SELECT s.id, s.user_id = %(actor)s AS own, s.created_at, (
        SELECT max(r.id) FROM runs r WHERE r.search_id = s.id AND r.kind = 'import' AND NOT r.cancel_requested
            AND r.state IN ('queued', 'running', 'paused')) AS run_id
    FROM searches s WHERE s.source = 'sample' AND s.profile_count = 0 AND s.archived_at IS NULL
        AND s.deleted_at IS NULL) AS b
WHERE b.run_id IS NOT NULL OR b.own
ORDER BY b.run_id IS NULL, b.created_at, b.id LIMIT 1;

-- count_sample --
-- Who goes with a search, archived or not, who stays in another one, and how many other files brought people in (what
-- is launched comes as one).
WITH here AS MATERIALIZED (
    SELECT c.profile_id FROM candidates c WHERE c.search_id = %(search_id)s
    UNION SELECT p.profile_id FROM archive_people p JOIN archives a ON a.id = p.archive_id
    WHERE a.search_id = %(search_id)s),
staying AS (
    SELECT count(*) AS people FROM here h
    WHERE EXISTS (SELECT FROM candidates o WHERE o.profile_id = h.profile_id AND o.search_id <> %(search_id)s)
        OR EXISTS (SELECT FROM archive_people o JOIN archives a ON a.id = o.archive_id
            WHERE o.profile_id = h.profile_id AND a.search_id <> %(search_id)s))
SELECT (SELECT count(*) FROM here) - staying.people AS people, staying.people AS staying, (
    SELECT count(*) FROM runs r WHERE r.search_id = %(search_id)s AND r.kind = 'import'
        AND (r.counts ->> 'added')::bigint > 0 AND coalesce(r.params ->> 'file_name', '') <> %(file)s) AS added
FROM staying;

-- mark_removed --
-- Nobody sees it any more, and the time to have it back is over at once.
UPDATE searches SET deleted_at = now() - make_interval(days => %(days)s), deleted_by = %(actor)s,
    data_version = data_version + 1
WHERE id = %(search_id)s;
