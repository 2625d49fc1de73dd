-- fetch_archivable --
-- A search that the actor may know of, locked against a second archive or restore.
SELECT s.id, s.title, s.archived_at IS NOT NULL AS archived, s.profile_count,
    extract(epoch FROM now() - s.last_used_at)::float8 / 86400 AS idle_days,
    s.user_id = %(actor)s OR %(role)s = 'admin' AS owned, a.id AS archive_id, a.state, a.tier,
    coalesce(r.state IN ('queued', 'running', 'paused'), false) AS under_way
FROM searches s LEFT JOIN archives a ON a.search_id = s.id LEFT JOIN runs r ON r.id = a.run_id
WHERE s.id = %(search_id)s AND search_listed(s, %(actor)s, %(role)s)
FOR NO KEY UPDATE OF s;

-- fetch_open_runs --
-- How many jobs of this search have not ended, but one.
SELECT count(*) AS open FROM runs
WHERE search_id = %(search_id)s AND id IS DISTINCT FROM %(run_id)s::bigint
    AND state IN ('queued', 'running', 'paused');

-- insert_archive --
-- A search that shall be archived; a former try that came to nothing is taken over.
INSERT INTO archives AS a (search_id, run_id, tier, made_by) VALUES (%(search_id)s, %(run_id)s, %(tier)s, %(actor)s)
ON CONFLICT (search_id) DO UPDATE SET run_id = excluded.run_id, state = 'asked', tier = excluded.tier,
    made_by = excluded.made_by, created_at = now()
WHERE a.state <> 'archived' RETURNING a.id;

-- assign_run --
-- Which job works on an archive from now on, and to which tier it takes it.
UPDATE archives SET run_id = %(run_id)s, tier = coalesce(%(tier)s, tier), cleared_at = NULL WHERE search_id = %(search_id)s RETURNING id;

-- fetch_archives --
-- Archives and what happens to them, of searches that the actor may know of.
SELECT s.id AS search_id, s.title, u.name AS owner, s.user_id = %(actor)s OR %(role)s = 'admin' AS owned,
    a.state, a.tier, a.people, a.bytes, s.archived_at, m.name AS made_by,
    r.id AS run_id, r.kind AS run_kind, r.state AS run_state, r.done, r.total, r.message, r.counts,
    (r.user_id = %(actor)s OR %(role)s = 'admin') AND s.archived_at IS NULL AS may_cancel
FROM archives a JOIN searches s ON s.id = a.search_id JOIN users u ON u.id = s.user_id
JOIN users m ON m.id = a.made_by LEFT JOIN runs r ON r.id = a.run_id
WHERE s.id = ANY (%(search_ids)s::uuid[]) AND search_listed(s, %(actor)s, %(role)s)
ORDER BY s.id LIMIT 200;

-- fetch_preview --
-- One page of an archive, in its order. What people are called comes from their profiles, as everywhere.
SELECT p.place, p.candidate_id, g.full_name, g.title, g.company, g.location, p.stage, p.fit,
    p.score::float8 AS score, p.filter_status, p.note_count, p.tags, p.screened_at
FROM archives a JOIN archive_people p ON p.archive_id = a.id JOIN profiles g ON g.id = p.profile_id
JOIN searches s ON s.id = a.search_id
WHERE a.search_id = %(search_id)s AND a.state = 'archived' AND search_listed(s, %(actor)s, %(role)s)
    AND p.place > %(after)s AND p.place <= %(until)s
ORDER BY p.place LIMIT 100;

-- fetch_own_archive --
-- The archive that a job works on; no row when another job has it.
SELECT a.id, a.state, a.tier, a.files, a.people, a.cleared_at, s.data_version, s.archived_at
FROM archives a JOIN searches s ON s.id = a.search_id
WHERE a.search_id = %(search_id)s AND a.run_id = %(run_id)s;

-- begin_writing --
-- From here on nobody may change the search; what a former try wrote counts for nothing.
UPDATE archives SET state = 'writing', files = '[]' WHERE id = %(archive_id)s AND state <> 'archived';

-- read_clock --
-- The server's clock now, not at the transaction's beginning.
SELECT clock_timestamp() AS at;

-- fetch_older_transactions --
-- How many transactions are open that began before: they may not know that the search is frozen.
SELECT count(*) AS open FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    AND xact_start <= %(before)s AND query NOT ILIKE 'vacuum%%';

-- fetch_version --
-- The version that is being written to files.
SELECT data_version FROM searches WHERE id = %(search_id)s;

-- clear_people --
-- Some rows of an index that is of no use: of another try, or of an archive that is no more.
DELETE FROM archive_people WHERE (archive_id, place) IN (
    SELECT p.archive_id, p.place FROM archive_people p WHERE p.archive_id = %(archive_id)s LIMIT %(limit)s);

-- index_people --
-- Who is in the search, the best first: the order of the preview.
INSERT INTO archive_people (archive_id, place, candidate_id, profile_id, filter_status, stage, fit, score,
    note_count, screened_at, tags)
SELECT %(archive_id)s, row_number() OVER (
        ORDER BY c.filter_status <> 'active', c.score DESC NULLS LAST, c.name_key, c.id),
    c.id, c.profile_id, c.filter_status, c.stage, c.fit, c.score, c.note_count, c.screened_at, c.tags
FROM candidates c WHERE c.search_id = %(search_id)s;

-- fetch_batch --
-- The next people of an archive, by place.
SELECT p.place, p.candidate_id FROM archive_people p
WHERE p.archive_id = %(archive_id)s AND p.place > %(after)s ORDER BY p.place LIMIT %(limit)s;

-- fetch_table_columns --
-- The columns of a table that are written: name and type, in order.
SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type
FROM pg_attribute a
WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum;

-- fetch_dependents --
-- Tables that lose their rows with a candidate's: every one of them is archived.
SELECT DISTINCT c.conrelid::regclass::text AS name FROM pg_constraint c
WHERE c.contype = 'f' AND c.confrelid = 'candidates'::regclass ORDER BY 1;

-- read_candidates --
-- What is written of some people: their place in the search.
SELECT {columns} FROM candidates t WHERE t.id = ANY (%(ids)s::bigint[]) ORDER BY t.id LIMIT %(limit)s;

-- read_notes --
-- Their notes.
SELECT {columns} FROM notes t WHERE t.candidate_id = ANY (%(ids)s::bigint[]) ORDER BY t.id;

-- read_changes --
-- What was done to them, for Undo and for their history.
SELECT {columns} FROM changes t WHERE t.candidate_id = ANY (%(ids)s::bigint[])
ORDER BY t.batch_id, t.candidate_id, t.field;

-- read_screening_items --
-- What was asked of the model about them.
SELECT {columns} FROM screening_items t WHERE t.candidate_id = ANY (%(ids)s::bigint[]) ORDER BY t.run_id, t.candidate_id;

-- read_verdicts --
-- What it answered.
SELECT {columns} FROM verdicts t WHERE t.candidate_id = ANY (%(ids)s::bigint[]) ORDER BY t.candidate_id, t.criterion_id;

-- read_overrides --
-- What people decided instead.
SELECT {columns} FROM overrides t WHERE t.candidate_id = ANY (%(ids)s::bigint[]) ORDER BY t.id;

-- read_exclusions --
-- The ledger: what left them out, and who brought them back.
SELECT {columns} FROM exclusions t WHERE t.candidate_id = ANY (%(ids)s::bigint[]) ORDER BY t.id;

-- read_filter_flags --
-- What rules could not decide.
SELECT {columns} FROM filter_flags t WHERE t.candidate_id = ANY (%(ids)s::bigint[]) ORDER BY t.candidate_id, t.rule_id;

-- read_profile_raw --
-- Raw records of those who are in no other search, archived or not.
SELECT p.candidate_id, t.source, t.raw::text AS raw, t.row_hash::text AS row_hash, t.profile_at, t.fetched_at
FROM archive_people p JOIN profile_raw t ON t.profile_id = p.profile_id
WHERE p.archive_id = %(archive_id)s AND p.candidate_id = ANY (%(ids)s::bigint[])
    AND NOT EXISTS (SELECT FROM candidates c WHERE c.profile_id = p.profile_id AND c.search_id <> %(search_id)s)
    AND NOT EXISTS (SELECT FROM archive_people o WHERE o.profile_id = p.profile_id AND o.archive_id <> p.archive_id)
ORDER BY p.candidate_id, t.source;

-- lock_search --
-- For the moment in which a search changes hands between the tables and the files.
SELECT s.data_version, (SELECT count(*) FROM archive_people p WHERE p.archive_id = %(archive_id)s) AS people
FROM searches s WHERE s.id = %(search_id)s FOR UPDATE;

-- note_files --
-- The files that an archive consists of.
UPDATE archives SET files = %(files)s, bytes = %(bytes)s WHERE id = %(archive_id)s;

-- mark_archived --
-- The files are the truth from now on, and nobody reads hot rows any more.
WITH away AS (
    UPDATE archives SET state = 'archived', people = %(people)s, archived_at = now(), cleared_at = NULL
    WHERE id = %(archive_id)s)
UPDATE searches SET archived_at = now(), data_version = data_version + 1 WHERE id = %(search_id)s;

-- clear_changes --
-- Takes what is in the files out of the tables: the log of changes, which hangs on nothing.
DELETE FROM changes WHERE candidate_id = ANY (%(ids)s::bigint[]);

-- clear_children --
-- And what hangs on candidates; the candidates themselves come after, and take the ledger along.
WITH a AS (DELETE FROM notes WHERE candidate_id = ANY (%(ids)s::bigint[])),
b AS (DELETE FROM screening_items WHERE candidate_id = ANY (%(ids)s::bigint[])),
c AS (DELETE FROM verdicts WHERE candidate_id = ANY (%(ids)s::bigint[])),
d AS (DELETE FROM filter_flags WHERE candidate_id = ANY (%(ids)s::bigint[]))
DELETE FROM overrides WHERE candidate_id = ANY (%(ids)s::bigint[]);

-- clear_candidates --
-- The candidates of an archived search only: nothing is removed that is still shown.
DELETE FROM candidates c USING searches s
WHERE c.id = ANY (%(ids)s::bigint[]) AND c.search_id = %(search_id)s
    AND s.id = c.search_id AND s.archived_at IS NOT NULL;

-- clear_raw --
-- Raw records that stand in a file, unless they were written anew or somebody came into another search since.
DELETE FROM profile_raw r
USING unnest(%(candidate_ids)s::bigint[], %(sources)s::text[], %(moments)s::timestamptz[]) AS a(candidate_id, source, at)
JOIN archive_people p ON p.archive_id = %(archive_id)s AND p.candidate_id = a.candidate_id
WHERE r.profile_id = p.profile_id AND r.source = a.source AND r.fetched_at = a.at
    AND NOT EXISTS (SELECT FROM candidates c WHERE c.profile_id = p.profile_id)
    AND NOT EXISTS (SELECT FROM archive_people o WHERE o.profile_id = p.profile_id AND o.archive_id <> p.archive_id);

-- mark_cleared --
-- Nothing of the search is left in the hot tables.
UPDATE archives SET cleared_at = now() WHERE id = %(archive_id)s;

-- lock_people --
-- As imports do: nobody's profile changes between our look at it and the end of the batch.
SELECT pg_advisory_xact_lock(hashtext('sourcingx people'));

-- restore_candidates --
-- Puts candidates back under their own ids, those who have not left the archive's index.
INSERT INTO candidates ({columns}) OVERRIDING SYSTEM VALUE
SELECT {values} FROM {given} AS a({columns})
JOIN archive_people p ON p.archive_id = %(archive_id)s AND p.candidate_id = a.id
ORDER BY a.id ON CONFLICT DO NOTHING;

-- sync_restored --
-- Brings candidates up to date whose profiles changed while they were away, or who are somebody else by now.
SELECT sync_candidates(array_agg(g.id)) AS searches
FROM archives a JOIN archive_people p ON p.archive_id = a.id JOIN profiles g ON g.id = p.profile_id
    JOIN unnest(%(ids)s::bigint[], %(people)s::bigint[]) AS f (candidate_id, profile_id) ON f.candidate_id = p.candidate_id
WHERE a.id = %(archive_id)s AND (g.updated_at >= a.created_at OR p.profile_id <> f.profile_id);

-- restore_notes --
-- Notes of those who came back.
INSERT INTO notes ({columns}) OVERRIDING SYSTEM VALUE
SELECT {values} FROM {given} AS a({columns})
WHERE EXISTS (SELECT FROM candidates c WHERE c.id = a.candidate_id) ON CONFLICT DO NOTHING;

-- restore_changes --
-- What was done to them.
INSERT INTO changes ({columns})
SELECT {values} FROM {given} AS a({columns})
WHERE EXISTS (SELECT FROM candidates c WHERE c.id = a.candidate_id)
    AND EXISTS (SELECT FROM change_batches b WHERE b.id = a.batch_id) ON CONFLICT DO NOTHING;

-- restore_screening_items --
-- What was asked of the model.
INSERT INTO screening_items ({columns})
SELECT {values} FROM {given} AS a({columns})
WHERE EXISTS (SELECT FROM candidates c WHERE c.id = a.candidate_id)
    AND EXISTS (SELECT FROM runs r WHERE r.id = a.run_id) ON CONFLICT DO NOTHING;

-- restore_verdicts --
-- What it answered.
INSERT INTO verdicts ({columns})
SELECT {values} FROM {given} AS a({columns})
WHERE EXISTS (SELECT FROM candidates c WHERE c.id = a.candidate_id)
    AND EXISTS (SELECT FROM criteria k WHERE k.id = a.criterion_id) ON CONFLICT DO NOTHING;

-- restore_overrides --
-- What people decided instead.
INSERT INTO overrides ({columns}) OVERRIDING SYSTEM VALUE
SELECT {values} FROM {given} AS a({columns})
WHERE EXISTS (SELECT FROM candidates c WHERE c.id = a.candidate_id) ON CONFLICT DO NOTHING;

-- restore_exclusions --
-- The ledger.
INSERT INTO exclusions ({columns}) OVERRIDING SYSTEM VALUE
SELECT {values} FROM {given} AS a({columns})
WHERE EXISTS (SELECT FROM candidates c WHERE c.id = a.candidate_id)
    AND (a.rule_id IS NULL OR EXISTS (SELECT FROM filter_rules f WHERE f.id = a.rule_id)) ON CONFLICT DO NOTHING;

-- restore_filter_flags --
-- What rules could not decide.
INSERT INTO filter_flags ({columns})
SELECT {values} FROM {given} AS a({columns})
WHERE EXISTS (SELECT FROM candidates c WHERE c.id = a.candidate_id)
    AND EXISTS (SELECT FROM filter_rules f WHERE f.id = a.rule_id) ON CONFLICT DO NOTHING;

-- restore_profile_raw --
-- Raw records; what files said since stays on top.
INSERT INTO profile_raw AS r (profile_id, source, raw, row_hash, profile_at, fetched_at)
SELECT p.profile_id, a.source, a.raw::jsonb, a.row_hash::uuid, a.profile_at, a.fetched_at
FROM {given} AS a({columns}) JOIN archive_people p ON p.archive_id = %(archive_id)s AND p.candidate_id = a.candidate_id
ON CONFLICT (profile_id, source) DO UPDATE SET raw = excluded.raw || r.raw
WHERE excluded.raw || r.raw IS DISTINCT FROM r.raw;

-- count_missing --
-- People of an archive who are not in the tables again, neither as they were nor merged with someone.
SELECT count(*) AS missing FROM archive_people p
WHERE p.archive_id = %(archive_id)s
    AND NOT EXISTS (SELECT FROM candidates c WHERE c.id = p.candidate_id AND c.search_id = %(search_id)s)
    AND NOT EXISTS (SELECT FROM candidates c WHERE c.search_id = %(search_id)s AND c.profile_id = p.profile_id);

-- carry_merges --
-- Merges that moved people of the archive moved candidates, from now on: so they can still be taken back.
UPDATE merges m SET undo = n.undo, members = m.members || n.members
FROM (SELECT o.id, array_agg(p.candidate_id) FILTER (WHERE p.candidate_id IS NOT NULL) AS members,
        jsonb_agg(CASE WHEN p.candidate_id IS NULL THEN d.step ELSE jsonb_build_object('t', 'candidates',
            'k', jsonb_build_object('id', p.candidate_id), 'b', d.step -> 'b', 'a', d.step -> 'a') END) AS undo
    FROM merges o CROSS JOIN jsonb_array_elements(o.undo) AS d (step)
    LEFT JOIN archive_people p ON d.step ->> 't' = 'archive_people' AND p.archive_id = %(archive_id)s
        AND p.archive_id = (d.step #>> '{k,archive_id}')::bigint AND p.place = (d.step #>> '{k,place}')::integer
    WHERE o.undone_at IS NULL AND EXISTS (
            SELECT FROM archive_people s WHERE s.archive_id = %(archive_id)s AND s.profile_id = o.survivor_id)
        AND NOT (p.candidate_id IS NOT NULL AND o.undo @> jsonb_build_array(jsonb_build_object('t', 'candidates',
            'k', jsonb_build_object('id', p.candidate_id))))
    GROUP BY o.id) AS n
WHERE m.id = n.id AND n.members IS NOT NULL;

-- mark_restored --
-- The tables are the truth again: a new version, so that no list of before the archive is shown.
WITH gone AS (
    DELETE FROM archives WHERE id = %(archive_id)s RETURNING files),
left_over AS (
    INSERT INTO archive_leftovers (storage_key, run_id)
    SELECT f ->> 'key', %(run_id)s FROM gone, jsonb_array_elements(gone.files) AS f ON CONFLICT DO NOTHING)
UPDATE searches s SET archived_at = NULL, data_version = data_version + 1, last_used_at = now(),
    profile_count = (SELECT count(*) FROM candidates c WHERE c.search_id = s.id)
WHERE s.id = %(search_id)s;

-- insert_leftover --
-- A file that is about to be written: if nothing comes of it, it is found again.
INSERT INTO archive_leftovers (storage_key, run_id) VALUES (%(key)s, %(run_id)s);

-- forget_leftovers --
-- Files that belong to an archive now, or are gone.
DELETE FROM archive_leftovers WHERE storage_key = ANY (%(keys)s);

-- fetch_leftovers --
-- Files of jobs that have ended, or of one job.
SELECT l.storage_key FROM archive_leftovers l LEFT JOIN runs r ON r.id = l.run_id
WHERE r.id IS NULL OR r.state IN ('done', 'failed', 'cancelled') OR r.id = %(run_id)s::bigint
ORDER BY l.created_at LIMIT 200;

-- fetch_stray_index --
-- An archive that is no more, or whose writing came to nothing, but has rows in the index. From one archive
-- to the next, so that a large index costs no more than a small one.
WITH RECURSIVE known AS (
    SELECT min(archive_id) AS id FROM archive_people
    UNION ALL
    SELECT (SELECT min(p.archive_id) FROM archive_people p WHERE p.archive_id > k.id) FROM known k WHERE k.id IS NOT NULL)
SELECT k.id AS archive_id FROM known k
WHERE k.id IS NOT NULL AND NOT EXISTS (SELECT FROM archives a LEFT JOIN runs r ON r.id = a.run_id
    WHERE a.id = k.id AND (a.state = 'archived' OR r.state IN ('queued', 'running', 'paused')))
LIMIT 1;

-- delete_failed --
-- Archives that never came to be.
DELETE FROM archives a WHERE a.state <> 'archived' AND (%(search_id)s::uuid IS NULL OR a.search_id = %(search_id)s::uuid)
    AND NOT EXISTS (SELECT FROM runs r WHERE r.id = a.run_id AND r.state IN ('queued', 'running', 'paused')
        AND r.id IS DISTINCT FROM %(run_id)s::bigint);

-- touch_search --
-- Somebody uses a search: remembered to the day, and never waited for.
UPDATE searches SET last_used_at = now() WHERE id IN (
    SELECT s.id FROM searches s WHERE s.id = %(search_id)s AND s.last_used_at < now() - interval '1 day'
    FOR NO KEY UPDATE SKIP LOCKED);

-- fetch_unused --
-- Searches that nobody has used for long, the longest first: owned by the actor, or anybody's (all).
SELECT s.id, s.title, s.profile_count, s.user_id, u.role, u.name,
    extract(epoch FROM now() - used.at)::float8 / 86400 AS idle_days,
    CASE WHEN s.archived_at IS NOT NULL THEN a.tier END AS tier
FROM searches s JOIN users u ON u.id = s.user_id LEFT JOIN archives a ON a.search_id = s.id
CROSS JOIN LATERAL (SELECT greatest(s.last_used_at, max(r.created_at)) AS at FROM runs r
    WHERE r.search_id = s.id AND r.kind <> 'archive') AS used
WHERE s.deleted_at IS NULL AND used.at < now() - make_interval(days => %(days)s) AND (%(all)s OR s.user_id = %(actor)s::bigint)
    AND (s.archived_at IS NULL OR (%(archived)s AND a.tier = 'warm'
        AND used.at < now() - make_interval(days => %(cold_days)s)))
    AND u.disabled_at IS NULL AND u.role <> 'viewer'
    AND NOT EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.state IN ('queued', 'running', 'paused'))
ORDER BY used.at, s.id LIMIT %(limit)s;

-- fetch_uncleared --
-- Archived searches with hot rows left, on which no job works, with their owners: it is done in their name, whether
-- or not they are still here.
SELECT a.search_id, s.user_id, u.role, u.name FROM archives a JOIN searches s ON s.id = a.search_id
JOIN users u ON u.id = s.user_id
WHERE a.state = 'archived' AND a.cleared_at IS NULL AND s.deleted_at IS NULL
    AND NOT EXISTS (SELECT FROM runs r WHERE r.id = a.run_id AND r.state IN ('queued', 'running', 'paused'))
ORDER BY a.id LIMIT 20;

-- find_searches --
-- Searches with this id or exactly this title, archived or not.
SELECT s.id FROM searches s
WHERE (s.id::text = lower(%(wanted)s) OR s.title = %(wanted)s) AND search_listed(s, %(actor)s, %(role)s)
ORDER BY s.id::text = lower(%(wanted)s) DESC, s.created_at DESC LIMIT 2;
