-- shown --
-- Which searches a page of the history is about.
CASE WHEN %(state)s = 'deleted'
        THEN s.deleted_at IS NOT NULL AND %(role)s <> 'viewer' AND (s.user_id = %(actor)s OR %(role)s = 'admin')
    ELSE search_listed(s, %(actor)s, %(role)s) AND (s.archived_at IS NOT NULL) = (%(state)s = 'archived') END
    AND (%(owner)s::bigint IS NULL OR s.user_id = %(owner)s::bigint)
    AND (%(q)s::text IS NULL OR sx_key(s.title) LIKE sx_contains(%(q)s::text))

-- count_history --
-- How many there are, in all of its pages.
SELECT count(*) AS total FROM searches s WHERE {shown};

-- fetch_history --
-- One page: the newest first, of those that are put away or deleted who went last. gone_at: after it a deleted one cannot
-- come back.
SELECT s.id, s.title, u.name AS owner, s.user_id AS owner_id, s.visibility, s.data_version, s.profile_count,
    s.archived_at IS NOT NULL AS archived, s.created_at, search_editable(s, %(actor)s, %(role)s) AS editable,
    s.source, s.source_ref, s.source_url, s.deleted_at, coalesce(d.name, '') AS deleted_by,
    least(s.deleted_at + make_interval(days => %(days)s), s.removal_began_at) AS gone_at
FROM searches s JOIN users u ON u.id = s.user_id LEFT JOIN users d ON d.id = s.deleted_by
WHERE {shown}
ORDER BY CASE %(state)s WHEN 'deleted' THEN s.deleted_at WHEN 'archived' THEN s.archived_at ELSE s.created_at END DESC, s.id
LIMIT %(limit)s OFFSET %(offset)s;

-- fetch_owners --
-- Whose searches the actor may know of, to choose from; at most 200.
SELECT u.id, u.name FROM searches s JOIN users u ON u.id = s.user_id
WHERE search_listed(s, %(actor)s, %(role)s) AND u.id <> %(actor)s
GROUP BY u.id, u.name ORDER BY lower(u.name), u.id LIMIT 200;

-- fetch_deletable --
-- A search that the actor may know of or has deleted, locked against an archive that begins.
SELECT s.id, s.title, s.source, s.profile_count, s.user_id = %(actor)s OR %(role)s = 'admin' AS owned, s.deleted_at,
    s.deleted_at + make_interval(days => %(days)s) AS gone_at, s.removal_began_at IS NOT NULL AS begun,
    s.deleted_at + make_interval(days => %(days)s) <= now() AS over,
    coalesce(r.state IN ('queued', 'running', 'paused'), false) AS under_way
FROM searches s LEFT JOIN archives a ON a.search_id = s.id LEFT JOIN runs r ON r.id = a.run_id
WHERE s.id = %(search_id)s AND (search_listed(s, %(actor)s, %(role)s)
    OR (s.deleted_at IS NOT NULL AND (s.user_id = %(actor)s OR %(role)s = 'admin')))
FOR NO KEY UPDATE OF s;

-- count_what_goes --
-- What a search holds that others may miss, for the question before it is deleted.
SELECT (SELECT count(*) FROM runs r WHERE r.search_id = s.id AND r.state IN ('queued', 'running', 'paused')) AS jobs,
    (SELECT count(*) FROM exports e WHERE e.search_id = s.id AND e.expires_at > now()) AS files,
    (SELECT count(*) FROM fetch_schedules f WHERE f.search_id = s.id AND NOT f.paused) AS schedules,
    (SELECT count(*) FROM search_members m WHERE m.search_id = s.id) AS named
FROM searches s WHERE s.id = %(search_id)s;

-- mark_deleted --
-- Nobody sees it any more; what shows it is told by the version.
UPDATE searches SET deleted_at = now(), deleted_by = %(actor)s, data_version = data_version + 1
WHERE id = %(search_id)s AND deleted_at IS NULL
RETURNING deleted_at + make_interval(days => %(days)s) AS gone_at;

-- cancel_runs --
-- Its jobs end: at once where they wait and have nothing to put in order, else as soon as they look. As request_cancel of
-- runs.sql has it.
UPDATE runs r SET cancel_requested = true,
    state = CASE WHEN w.waits THEN 'cancelled' ELSE r.state END,
    message = CASE WHEN w.waits THEN 'The search was deleted.' ELSE r.message END,
    finished_at = CASE WHEN w.waits THEN now() ELSE r.finished_at END
FROM (SELECT o.id, o.state IN ('queued', 'paused') AND NOT EXISTS (
        SELECT FROM screening_batches b WHERE b.run_id = o.id AND b.state IN ('sending', 'sent', 'answered'))
        AND NOT EXISTS (SELECT FROM vendor_launches l
            WHERE l.run_id = o.id AND l.state IN ('launching', 'unknown', 'running')) AS waits
    FROM runs o WHERE o.search_id = %(search_id)s AND o.state IN ('queued', 'running', 'paused')
    ORDER BY o.id FOR UPDATE) AS w
WHERE r.id = w.id;

-- mark_restored --
-- It is there again, as it was.
UPDATE searches SET deleted_at = NULL, deleted_by = NULL, last_used_at = now(), data_version = data_version + 1
WHERE id = %(search_id)s AND deleted_at IS NOT NULL;

-- fetch_due --
-- Deleted searches whose time is over, or whose removal has begun, that no job is about to remove and none of whose own
-- jobs is still open; first those that nobody tried to remove, then those whose last try was the longest ago: one that
-- fails each time keeps no other from its turn.
SELECT s.id FROM searches s LEFT JOIN LATERAL (
    SELECT max(r.created_at) AS at, coalesce(bool_or(r.state IN ('queued', 'running', 'paused')), false) AS open
    FROM runs r WHERE r.kind = 'purge' AND r.params ->> 'search_id' = s.id::text) AS tried ON true
WHERE s.deleted_at IS NOT NULL AND NOT tried.open
    AND (s.removal_began_at IS NOT NULL OR s.deleted_at + make_interval(days => %(days)s) <= now())
    AND NOT EXISTS (
        SELECT FROM runs r WHERE r.search_id = s.id AND r.state IN ('queued', 'running', 'paused'))
ORDER BY tried.at NULLS FIRST, s.deleted_at, s.id LIMIT %(limit)s;

-- fetch_waiting --
-- Deleted searches whose time is over and of which a job has not ended.
SELECT s.id FROM searches s
WHERE s.deleted_at IS NOT NULL
    AND (s.removal_began_at IS NOT NULL OR s.deleted_at + make_interval(days => %(days)s) <= now())
    AND EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.state IN ('queued', 'running', 'paused'))
ORDER BY s.deleted_at, s.id LIMIT %(limit)s;

-- lock_due --
-- One of them, and its archive if it has one. No row when it is back, gone, or its time is not over and nothing of it is
-- removed yet.
SELECT s.id, (SELECT a.id FROM archives a WHERE a.search_id = s.id) AS archive_id,
    (SELECT count(*) FROM runs r WHERE r.search_id = s.id AND r.state IN ('queued', 'running', 'paused')) AS open
FROM searches s
WHERE s.id = %(search_id)s AND s.deleted_at IS NOT NULL
    AND (s.removal_began_at IS NOT NULL OR s.deleted_at + make_interval(days => %(days)s) <= now())
FOR UPDATE OF s;

-- mark_begun --
-- From here on it cannot come back: some of it may be gone.
UPDATE searches SET removal_began_at = coalesce(removal_began_at, now()) WHERE id = %(search_id)s;

-- only_there --
-- Whether someone is in no other search, archived or not. Asked person by person (OFFSET 0): to be joined, everybody
-- would be read for each page.
NOT EXISTS (SELECT FROM candidates o WHERE o.profile_id = f.profile_id AND o.search_id <> %(search_id)s OFFSET 0)
    AND NOT EXISTS (SELECT FROM archive_people o JOIN archives a ON a.id = o.archive_id
        WHERE o.profile_id = f.profile_id AND o.archive_id IS DISTINCT FROM %(archive_id)s::bigint OFFSET 0)

-- fetch_only_in_search --
-- The next people of a search who are in no other. In the order of an index, as the next query: of a million people
-- each page reads its own ones.
SELECT f.profile_id, f.profile_id AS place FROM candidates f
WHERE f.search_id = %(search_id)s AND f.profile_id > %(after)s AND {only_there}
ORDER BY f.profile_id LIMIT %(most)s;

-- fetch_only_in_archive --
-- The next people of its archive who are in no other.
SELECT f.profile_id, f.place FROM archive_people f
WHERE f.archive_id = %(archive_id)s::bigint AND f.place > %(after)s AND {only_there}
ORDER BY f.place LIMIT %(most)s;

-- delete_members --
-- The next candidates of a search, with all that hangs on them; the people themselves are in other searches, too.
WITH gone AS MATERIALIZED (
    SELECT c.id FROM candidates c WHERE c.search_id = %(search_id)s ORDER BY c.id LIMIT %(most)s),
h AS (DELETE FROM changes WHERE candidate_id IN (SELECT id FROM gone)),
o AS (DELETE FROM filter_outcomes WHERE candidate_id IN (SELECT id FROM gone))
DELETE FROM candidates WHERE id IN (SELECT id FROM gone);

-- fetch_exports --
-- Its next files.
SELECT id, storage_key FROM exports WHERE search_id = %(search_id)s ORDER BY id LIMIT 100;

-- delete_archive --
-- Its archive: nothing leads to the files any more, so that they are removed with other leftovers, as the index is.
WITH gone AS (DELETE FROM archives WHERE search_id = %(search_id)s RETURNING id, files),
seen AS (DELETE FROM erasure_files f USING gone WHERE f.kind = 'archive' AND f.ref = gone.id::text)
INSERT INTO archive_leftovers (storage_key, run_id)
SELECT f ->> 'key', %(run_id)s FROM gone, jsonb_array_elements(gone.files) AS f ON CONFLICT DO NOTHING;

-- delete_search --
-- The search itself: jobs, rules, criteria, views, shares. What was spent stays counted.
DELETE FROM searches WHERE id = %(search_id)s AND deleted_at IS NOT NULL;

-- fetch_source --
-- What a copy is made of: a search that the actor may know of, archived or not.
SELECT s.id, s.user_id, s.title, s.visibility, s.job_description, s.source_url FROM searches s
WHERE s.id = %(search_id)s AND search_listed(s, %(actor)s, %(role)s);

-- insert_copy --
-- A search of the actor's with the same job description.
INSERT INTO searches (user_id, title, visibility, job_description, source_url)
VALUES (%(actor)s, %(title)s, %(visibility)s, %(job_description)s, %(source_url)s) RETURNING id;

-- copy_members --
-- Whoever may see the original may see the copy; its owner as someone who may edit.
INSERT INTO search_members (search_id, user_id, role)
SELECT %(copy_id)s, m.user_id, m.role FROM search_members m
WHERE m.search_id = %(search_id)s AND m.user_id <> %(actor)s AND m.user_id <> %(owner_id)s
UNION ALL SELECT %(copy_id)s, %(owner_id)s, 'edit' WHERE %(owner_id)s <> %(actor)s;

-- copy_rubric --
-- The newest criteria become the copy's first version; returns how many.
WITH newest AS (
    SELECT r.id, r.job_description FROM rubrics r WHERE r.search_id = %(search_id)s ORDER BY r.version DESC LIMIT 1),
made AS (
    INSERT INTO rubrics (search_id, version, job_description, created_by)
    SELECT %(copy_id)s, 1, n.job_description, %(actor)s FROM newest n RETURNING id),
asked AS (
    INSERT INTO criteria (rubric_id, position, title, question, kind, weight)
    SELECT made.id, k.position, k.title, k.question, k.kind, k.weight
    FROM made, newest n JOIN criteria k ON k.rubric_id = n.id RETURNING id)
SELECT count(*) AS copied FROM asked;

-- copy_rule_sets --
-- Sets of rules that are the original's and the actor may use, and the rules that were applied there last, which get a name
-- of their own; all of them are the actor's from now on. Returns how many.
WITH applied AS (
    SELECT r.id FROM runs r WHERE r.search_id = %(search_id)s AND r.kind = 'filter' AND r.state = 'done'
        AND r.params ->> 'mode' = 'apply' AND EXISTS (SELECT FROM filter_rules f WHERE f.run_id = r.id)
    ORDER BY r.finished_at DESC, r.id DESC LIMIT 1),
wanted AS (
    SELECT DISTINCT ON (lower(w.name)) w.name, w.shared, w.set_id, w.run_id FROM (
        SELECT t.name, t.shared, t.id AS set_id, NULL::bigint AS run_id, t.user_id <> %(actor)s AS foreign_one
        FROM rule_sets t WHERE t.search_id = %(search_id)s AND (t.user_id = %(actor)s OR t.shared OR %(role)s = 'admin')
        UNION ALL SELECT %(applied_name)s, false, NULL, a.id, true FROM applied a) AS w
    ORDER BY lower(w.name), w.foreign_one, w.set_id LIMIT 200),
made AS (
    INSERT INTO rule_sets (user_id, search_id, name, shared)
    SELECT %(actor)s, %(copy_id)s, w.name, w.shared FROM wanted w RETURNING id, name),
ruled AS (
    INSERT INTO filter_rules (rule_set_id, position, kind, params, on_unknown, enabled, list_id)
    SELECT made.id, f.position, f.kind, f.params, f.on_unknown, f.enabled, f.list_id
    FROM made JOIN wanted w ON w.name = made.name
    JOIN filter_rules f ON f.rule_set_id = w.set_id OR f.run_id = w.run_id RETURNING id)
SELECT count(*) AS copied FROM made;

-- copy_views --
-- Saved views that the actor may open, as the actor's own; without what people are compared with, which stays with the
-- original. Returns how many.
WITH made AS (
    INSERT INTO saved_views (user_id, search_id, name, shared, state)
    SELECT DISTINCT ON (v.name) %(actor)s, %(copy_id)s, v.name, v.shared, (v.state - 'match') #- '{f,similarity}'
    FROM saved_views v
    WHERE v.search_id = %(search_id)s AND (v.user_id = %(actor)s OR v.shared)
    ORDER BY v.name, v.user_id <> %(actor)s, v.id LIMIT %(most)s
    RETURNING id)
SELECT count(*) AS copied FROM made;
