-- lock_people --
-- Imports, merges and erasures wait for each other: an import that comes after knows whom to leave out.
SELECT pg_advisory_xact_lock(hashtext('sourcingx people'));

-- unhurried --
-- This transaction looks through texts, and is not to be stopped half way for that.
SELECT set_config('statement_timeout', '60000', true), set_config('lock_timeout', '15000', true);

-- any_marks --
-- Whether anybody was ever erased on request: most often nobody was, and imports ask no more.
SELECT EXISTS (SELECT FROM erasure_marks) AS found, EXISTS (SELECT FROM erasure_marks WHERE named) AS named;

-- fetch_marks --
-- Which of some hashes are an erased person's.
SELECT mark FROM erasure_marks WHERE mark = ANY (%(marks)s::bigint[]);

-- fetch_fingerprint --
-- Of the key under which erased people were hashed.
SELECT fingerprint FROM suppression_key;

-- keep_fingerprint --
-- The first erasure says which key it is from now on.
INSERT INTO suppression_key (fingerprint) VALUES (%(fingerprint)s) ON CONFLICT (one) DO NOTHING;

-- find_by_keys --
-- Whom addresses, an e-mail or a place in a search name; of people who were merged the one they are now.
SELECT DISTINCT found.id FROM (
    SELECT u.profile_id AS id FROM profile_urls u WHERE u.url_key = ANY (%(keys)s::text[])
    UNION ALL SELECT p.id FROM profiles p WHERE p.email <> '' AND lower(p.email) = ANY (%(emails)s::text[])
    UNION ALL SELECT f.profile_id FROM profile_fields f
    WHERE f.source = 'manual' AND f.field = 'email' AND lower(f.kept_value) = ANY (%(emails)s::text[])
    UNION ALL SELECT c.profile_id FROM candidates c
    WHERE c.id = %(candidate_id)s::bigint AND c.search_id = %(search_id)s::uuid) AS found
ORDER BY found.id LIMIT %(most)s;

-- find_candidate --
-- Who a candidate is; no row for a search that the actor may not see.
SELECT c.profile_id AS id FROM candidates c JOIN searches s ON s.id = c.search_id
WHERE c.id = %(candidate_id)s AND s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- lock_profiles --
-- The people, in one order for everyone.
SELECT id FROM profiles WHERE id = ANY (%(people)s::bigint[]) ORDER BY id FOR UPDATE;

-- lock_members --
-- All their candidates, in one order for everyone.
SELECT id, search_id FROM candidates WHERE profile_id = ANY (%(people)s::bigint[]) ORDER BY id FOR UPDATE;

-- fetch_known_by --
-- What a person is known by: addresses, e-mails and telephones, also those that a merge keeps for its Undo, that vendors
-- gave, and that somebody wrote over by hand.
-- shared: whether somebody else has the same, so that it names nobody by itself.
WITH mine AS MATERIALIZED (
    SELECT p.id, p.full_name, lower(p.email) AS email, coalesce(sx_phone(p.phone), '') AS phone
    FROM profiles p WHERE p.id = ANY (%(people)s::bigint[])
    UNION ALL
    SELECT p.id, p.full_name, CASE WHEN c.kind = 'email' THEN lower(c.value) ELSE '' END,
        CASE WHEN c.kind = 'phone' THEN coalesce(sx_phone(c.value), '') ELSE '' END
    FROM profiles p JOIN (
        SELECT profile_id, kind, value FROM profile_contacts UNION ALL
        SELECT profile_id, field, kept_value FROM profile_fields
        WHERE source = 'manual' AND field IN ('email', 'phone') AND kept_value <> '') AS c ON c.profile_id = p.id
    WHERE p.id = ANY (%(people)s::bigint[])
    UNION ALL
    SELECT m.survivor_id, d.b ->> 'full_name', lower(coalesce(d.b ->> 'email', '')),
        coalesce(sx_phone(d.b ->> 'phone'), '')
    FROM merges m CROSS JOIN jsonb_to_recordset(m.undo) AS d (t text, k jsonb, b jsonb)
    WHERE (m.survivor_id = ANY (%(people)s::bigint[]) AND m.undone_at IS NULL) AND d.t = 'profiles'
        AND jsonb_typeof(d.b) = 'object')
SELECT 'url' AS kind, u.url_key AS value, '' AS full_name, false AS shared
FROM profile_urls u WHERE u.profile_id = ANY (%(people)s::bigint[])
UNION
SELECT 'email', g.email, coalesce(g.full_name, ''), EXISTS (
    SELECT FROM profiles o WHERE o.email <> '' AND lower(o.email) = g.email AND o.id <> ALL (%(people)s::bigint[]))
FROM mine g WHERE g.email <> ''
UNION
SELECT 'phone', g.phone, coalesce(g.full_name, ''), EXISTS (
    SELECT FROM profiles o WHERE sx_phone(o.phone) = g.phone AND o.id <> ALL (%(people)s::bigint[]))
FROM mine g WHERE g.phone <> '';

-- fetch_names --
-- What files, lists and jobs may call a person, in lower case: to be looked for in texts.
SELECT DISTINCT lower(p.full_name) AS full_name, lower(p.email) AS email, sx_person(p.full_name) AS name_key,
    sx_company(p.company) AS company_key
FROM profiles p WHERE p.id = ANY (%(people)s::bigint[]);

-- insert_erasure --
-- That it happened.
INSERT INTO erasures (user_id, reason, people, searches) VALUES (%(actor)s, %(reason)s, %(count)s, %(searches)s)
RETURNING id;

-- insert_marks --
-- By what erased people are known again.
INSERT INTO erasure_marks (mark, named, erasure_id)
SELECT m.mark, m.named, %(erasure_id)s FROM unnest(%(marks)s::bigint[], %(named)s::boolean[]) AS m (mark, named)
ON CONFLICT (mark) DO NOTHING;

-- keep_exports --
-- Files of searches that they are or were in go, whoever made them: they may stand in any of them.
WITH gone AS (
    DELETE FROM exports e WHERE e.search_id = ANY (%(searches)s::uuid[]) RETURNING e.storage_key)
INSERT INTO erasure_files (erasure_id, kind, ref) SELECT %(erasure_id)s, 'export', storage_key FROM gone;

-- keep_writing --
-- Exports of these searches that are being written end, and what came of them is looked at when they have.
WITH ending AS (
    UPDATE runs SET cancel_requested = true
    WHERE kind = 'export' AND search_id = ANY (%(searches)s::uuid[]) AND state = 'running' RETURNING id)
INSERT INTO erasure_files (erasure_id, kind, ref) SELECT %(erasure_id)s, 'run', id::text FROM ending;

-- keep_archives --
-- Archives whose files hold them, with their candidates there.
INSERT INTO erasure_files (erasure_id, kind, ref, candidates)
SELECT %(erasure_id)s, 'archive', p.archive_id::text, array_agg(p.candidate_id)
FROM archive_people p JOIN archives a ON a.id = p.archive_id
WHERE p.profile_id = ANY (%(people)s::bigint[]) GROUP BY p.archive_id;

-- keep_uploads --
-- Files that wait to be imported may hold them, too.
INSERT INTO erasure_files (erasure_id, kind, ref)
SELECT %(erasure_id)s, 'uploads', '' WHERE EXISTS (SELECT FROM uploads);

-- fetch_archived_in --
-- Archived searches that they are in.
SELECT DISTINCT a.search_id FROM archive_people p JOIN archives a ON a.id = p.archive_id
WHERE p.profile_id = ANY (%(people)s::bigint[]);

-- blank_batches --
-- What was done to them alone: a tag that was theirs.
UPDATE change_batches b SET value = ''
WHERE b.id IN (SELECT h.batch_id FROM changes h WHERE h.candidate_id = ANY (%(members)s::bigint[])) AND b.value <> ''
    AND NOT EXISTS (SELECT FROM changes o WHERE o.batch_id = b.id AND o.candidate_id <> ALL (%(members)s::bigint[]));

-- delete_traces --
-- What speaks of them and hangs on nothing: the log of changes, outcomes that are not written yet, pairs, and merges
-- that were taken back, which hold what they were.
WITH a AS (DELETE FROM changes WHERE candidate_id = ANY (%(members)s::bigint[])),
b AS (DELETE FROM filter_outcomes WHERE candidate_id = ANY (%(members)s::bigint[])),
c AS (DELETE FROM duplicate_pairs WHERE profile_a = ANY (%(people)s::bigint[]) OR profile_b = ANY (%(people)s::bigint[]))
DELETE FROM merges WHERE survivor_id = ANY (%(people)s::bigint[]) OR kept_id = ANY (%(people)s::bigint[])
    OR merged_id = ANY (%(people)s::bigint[]);

-- delete_archived_changes --
-- The log of changes of candidates who are in archives has no other owner here.
DELETE FROM changes h USING archive_people p
WHERE p.profile_id = ANY (%(people)s::bigint[]) AND h.candidate_id = p.candidate_id;

-- lock_lists --
-- Whoever is filling a list has asked whom to leave out before this: it is waited for, so that what it writes goes, too;
-- whoever comes after it asks anew.
SELECT id FROM lists ORDER BY id FOR NO KEY UPDATE;

-- delete_entries --
-- They leave lists, in all versions: by address, by e-mail, or by name and company where the list has no address.
WITH gone AS (
    DELETE FROM list_entries e
    WHERE e.url_key <> '' AND e.url_key = ANY (%(keys)s::text[]) OR e.email_key <> '' AND e.email_key = ANY (%(emails)s::text[])
        OR e.company_key <> '' AND e.url_key = '' AND (e.name_key, e.company_key) IN (
            SELECT n, c FROM unnest(%(names)s::text[], %(companies)s::text[]) AS u (n, c) WHERE n <> '' AND c <> '')
    RETURNING e.list_id, e.to_version)
UPDATE lists l SET entry_count = greatest(0, l.entry_count - n.entries)
FROM (SELECT list_id, count(*)::integer AS entries FROM gone WHERE to_version IS NULL GROUP BY list_id) AS n
WHERE l.id = n.list_id;

-- blank_rejects --
-- Rows of files that could not be taken, where they name one of them: the number and the reason stay. There may be very
-- many, and of a hundred people hundreds of names: each row becomes a text once (OFFSET 0), not for every name.
UPDATE import_rejects r SET raw = '{}'
WHERE r.raw <> '{}' AND EXISTS (
    SELECT FROM (SELECT lower(r.raw::text) AS said OFFSET 0) AS t CROSS JOIN unnest(%(needles)s::text[]) AS n
    WHERE strpos(t.said, n) > 0);

-- blank_runs --
-- What jobs that have ended were told, where it names one of them: headers of a file without any, words of a filter.
UPDATE runs r SET params = '{}'
WHERE r.state IN ('done', 'failed', 'cancelled') AND EXISTS (
    SELECT FROM unnest(%(needles)s::text[]) AS n WHERE strpos(lower(r.params::text), n) > 0);

-- keep_open_runs --
-- Jobs that have not ended and were told such things need them to their end.
INSERT INTO erasure_files (erasure_id, kind, ref)
SELECT %(erasure_id)s, 'params', r.id::text FROM runs r
WHERE r.state IN ('queued', 'running', 'paused') AND EXISTS (
    SELECT FROM unnest(%(needles)s::text[]) AS n WHERE strpos(lower(r.params::text), n) > 0);

-- blank_run --
-- What one of them was told, when it has ended.
UPDATE runs SET params = '{}' WHERE id = %(run_id)s AND state IN ('done', 'failed', 'cancelled');

-- blank_views --
-- Saved views that look for one of them by name find everybody from now on.
UPDATE saved_views v SET state = v.state - 'q' - 'f'
WHERE EXISTS (SELECT FROM unnest(%(needles)s::text[]) AS n WHERE strpos(lower(v.state::text), n) > 0);

-- lock_searches --
-- The searches that get a new version, in one order for everyone: whose people were compared with tell theirs as they go.
SELECT s.id FROM searches s WHERE s.id = ANY (%(searches)s::uuid[]) OR s.id IN (
    SELECT m.search_id FROM match_people p JOIN matches m ON m.id = p.match_id
    WHERE p.profile_id = ANY (%(people)s::bigint[]))
ORDER BY s.id FOR NO KEY UPDATE;

-- delete_profiles --
-- They, and all that hangs on them: addresses, raw, jobs, schools, candidates with notes, verdicts, evidence, items,
-- overrides, flags and lines of the ledger, keys, merges, places in archives.
DELETE FROM profiles WHERE id = ANY (%(people)s::bigint[]);

-- recount --
-- Head counts of the searches.
UPDATE searches s SET profile_count = greatest(0, s.profile_count - n.gone)
FROM (SELECT u.id, count(*)::integer AS gone FROM unnest(%(member_searches)s::uuid[]) AS u (id) GROUP BY u.id) AS n
WHERE s.id = n.id;

-- bump_searches --
-- New versions; always in one order.
SELECT t.id, bump_version(t.id) AS version FROM unnest(%(searches)s::uuid[]) AS t (id) ORDER BY t.id;

-- fetch_erasures --
-- The newest erasures: who did it, why, how many; never of whom.
SELECT e.id, e.reason, e.people, e.searches, e.erased_at, coalesce(u.name, '') AS user_name,
    (SELECT count(*) FROM erasure_files f WHERE f.erasure_id = e.id) AS files_left
FROM erasures e LEFT JOIN users u ON u.id = e.user_id ORDER BY e.id DESC LIMIT %(most)s;

-- count_erasures --
-- How many there were in all.
SELECT count(*) AS erasures, coalesce(sum(people), 0)::bigint AS people FROM erasures;

-- fetch_files --
-- What is left to be seen to, in all erasures: a job that was cut short goes on here.
SELECT id, erasure_id, kind, ref, candidates FROM erasure_files WHERE id > %(after)s ORDER BY id LIMIT 100;

-- fetch_left --
-- Whether files wait that no job is going to see to.
SELECT EXISTS (SELECT FROM erasure_files) AND NOT EXISTS (
    SELECT FROM runs WHERE kind = 'erase' AND state IN ('queued', 'running', 'paused')) AS found;

-- forget_file --
-- Seen to.
DELETE FROM erasure_files WHERE id = %(id)s;

-- fetch_run_state --
-- Whether an export that was being written has ended.
SELECT state IN ('queued', 'running', 'paused') AS open FROM runs WHERE id = %(run_id)s;

-- fetch_exports_of_run --
-- What came of it.
SELECT id, storage_key FROM exports WHERE run_id = %(run_id)s;

-- fetch_uploads --
-- Files that wait to be imported.
SELECT id, storage_key, file_name FROM uploads WHERE id > %(after)s::uuid ORDER BY id LIMIT 100;

-- fetch_reading --
-- Whether a job is reading an upload, or will: it is deleted when that has ended.
SELECT EXISTS (SELECT FROM runs r WHERE r.kind IN ('import', 'dry_run', 'list')
    AND r.state IN ('queued', 'running', 'paused')
    AND r.params @> jsonb_build_object('parts', jsonb_build_array(jsonb_build_object('upload_id', %(upload_id)s::text)))
) AS found;

-- fetch_archive --
-- An archive, and whether a job has its files in hand: archived by one, or brought back.
SELECT a.id, a.search_id, a.tier, a.files, a.state,
    EXISTS (SELECT FROM runs r WHERE r.id = a.run_id AND r.state IN ('queued', 'running', 'paused')) AS busy
FROM archives a JOIN searches s ON s.id = a.search_id WHERE a.id = %(archive_id)s;

-- lock_archive --
-- The same, for the moment in which its files change: nobody begins to archive or to restore meanwhile.
SELECT a.files, EXISTS (SELECT FROM runs r WHERE r.id = a.run_id AND r.state IN ('queued', 'running', 'paused')) AS busy
FROM archives a JOIN searches s ON s.id = a.search_id WHERE a.id = %(archive_id)s FOR UPDATE OF s;

-- change_files --
-- The files without them are the archive from now on; the old ones are to be deleted.
WITH old AS (
    INSERT INTO archive_leftovers (storage_key, run_id)
    SELECT f ->> 'key', NULL FROM archives a, jsonb_array_elements(a.files) AS f
    WHERE a.id = %(archive_id)s AND f ->> 'key' <> ALL (%(keys)s::text[]) ON CONFLICT DO NOTHING),
begun AS (
    -- A restore that ended early counted rows of the old files.
    UPDATE runs r SET counts = r.counts - '_file' - '_row' FROM archives a
    WHERE a.id = %(archive_id)s AND r.search_id = a.search_id AND r.kind = 'restore')
UPDATE archives SET files = %(files)s, bytes = %(bytes)s,
    people = (SELECT count(*) FROM archive_people p WHERE p.archive_id = %(archive_id)s)
WHERE id = %(archive_id)s;

-- fetch_everyone_known_by --
-- Addresses, e-mails and telephones of the next people, to find whom hashes mean. Only after a restore.
SELECT p.id, p.full_name, lower(p.email) AS email, coalesce(sx_phone(p.phone), '') AS phone,
    ARRAY(SELECT u.url_key FROM profile_urls u WHERE u.profile_id = p.id) AS keys
FROM profiles p WHERE p.id > %(after)s ORDER BY p.id LIMIT %(limit)s;

-- fetch_someone --
-- In whose name a job runs that nobody asked for.
SELECT id, role, name FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id LIMIT 1;
