-- fetch_item --
-- Where something of before was moved to, locked; gone: its search was deleted here since. run_open: its import has not
-- ended.
SELECT i.search_id, i.run_id, i.finished_at, i.search_id IS NULL OR s.deleted_at IS NOT NULL AS gone,
    s.archived_at IS NOT NULL AS archived, coalesce(r.state IN ('queued', 'running', 'paused'), false) AS run_open
FROM legacy_items i LEFT JOIN searches s ON s.id = i.search_id LEFT JOIN runs r ON r.id = i.run_id
WHERE i.kind = %(kind)s AND i.legacy_key = %(key)s FOR UPDATE OF i;

-- fetch_launches --
-- Of these launches those that were moved before, locked; gone: the search was deleted here since.
SELECT i.legacy_key, i.search_id IS NULL OR s.deleted_at IS NOT NULL AS gone
FROM legacy_items i LEFT JOIN searches s ON s.id = i.search_id
WHERE i.kind = 'history' AND i.legacy_key = ANY (%(keys)s::text[]) ORDER BY i.legacy_key FOR UPDATE OF i;

-- insert_launches --
-- A search for each launch, as old as it was, what it was called there, and a line of the audit log.
WITH given AS MATERIALIZED (
    SELECT g.* FROM jsonb_to_recordset(%(launches)s) AS g (id uuid, key text, title text, source_ref text,
        source_url text, created_at timestamptz, detail jsonb)),
made AS (
    INSERT INTO searches (id, user_id, title, visibility, source, source_ref, source_url, created_at)
    SELECT g.id, %(actor)s, g.title, %(visibility)s::text, 'history', g.source_ref, g.source_url,
        coalesce(g.created_at, now()) FROM given g),
noted AS (
    INSERT INTO legacy_items (kind, legacy_key, search_id, detail) SELECT 'history', g.key, g.id, g.detail FROM given g)
INSERT INTO audit_log (user_id, action, subject, detail)
SELECT %(actor)s, 'search.create', g.id::text, jsonb_build_object('visibility', %(visibility)s::text) FROM given g;

-- insert_search --
-- A search for it, as old as it was.
INSERT INTO searches (user_id, title, visibility, source, source_ref, source_url, created_at)
VALUES (%(actor)s, %(title)s, %(visibility)s, %(kind)s, %(source_ref)s, %(source_url)s, coalesce(%(created_at)s, now()))
RETURNING id;

-- insert_item --
-- What it was called there, and where it is now.
INSERT INTO legacy_items (kind, legacy_key, search_id, detail) VALUES (%(kind)s, %(key)s, %(search_id)s, %(detail)s);

-- note_run --
-- The run that takes its people over.
UPDATE legacy_items SET run_id = %(run_id)s WHERE kind = %(kind)s AND legacy_key = %(key)s;

-- finish_item --
-- All of it is here.
UPDATE legacy_items SET finished_at = now() WHERE kind = %(kind)s AND legacy_key = %(key)s;

-- fetch_run --
-- How an import of it goes.
SELECT state, message, done, counts FROM runs WHERE id = %(run_id)s;

-- score_people --
-- What screenings of before said, of people who were not screened here.
UPDATE candidates c SET score = coalesce(g.score, c.score), fit = coalesce(g.fit, c.fit), screened_at = g.screened_at
FROM (SELECT DISTINCT ON (u.profile_id) u.profile_id, m.score, m.fit, m.screened_at
    FROM jsonb_to_recordset(%(marks)s) AS m (url_key text, score numeric(3, 1), fit text, screened_at timestamptz)
    JOIN profile_urls u ON u.url_key = m.url_key WHERE m.score IS NOT NULL OR m.fit IS NOT NULL
    ORDER BY u.profile_id, m.screened_at DESC NULLS LAST) AS g
WHERE c.search_id = %(search_id)s AND c.profile_id = g.profile_id AND c.screened_at IS NULL AND c.score IS NULL
    AND c.fit IS NULL AND NOT EXISTS (SELECT FROM verdicts v WHERE v.candidate_id = c.id);

-- stage_people --
-- Who was contacted, where nobody has decided anything here.
UPDATE candidates c SET stage = 'contacted', stage_changed_at = g.at
FROM (SELECT u.profile_id, max(m.contacted_at) AS at
    FROM jsonb_to_recordset(%(marks)s) AS m (url_key text, contacted boolean, contacted_at timestamptz)
    JOIN profile_urls u ON u.url_key = m.url_key WHERE m.contacted GROUP BY u.profile_id) AS g
WHERE c.search_id = %(search_id)s AND c.profile_id = g.profile_id AND c.stage = 'new' AND c.stage_changed_at IS NULL;

-- exclude_people --
-- Who was filtered out, as left out by hand: they are in the ledger, and come back from it.
WITH out AS MATERIALIZED (
    SELECT c.id, min(m.filter_status) AS filter_status
    FROM jsonb_to_recordset(%(marks)s) AS m (url_key text, filter_status text)
    JOIN profile_urls u ON u.url_key = m.url_key
    JOIN candidates c ON c.profile_id = u.profile_id AND c.search_id = %(search_id)s
    WHERE m.filter_status <> '' AND c.filter_status = 'active'
        AND NOT EXISTS (SELECT FROM exclusions x WHERE x.candidate_id = c.id) GROUP BY c.id),
told AS (
    INSERT INTO exclusions (search_id, candidate_id, filter_status, user_id)
    SELECT %(search_id)s, o.id, o.filter_status, %(actor)s FROM out o)
UPDATE candidates c SET filter_status = o.filter_status FROM out o WHERE c.id = o.id;

-- note_people --
-- What screenings of before gave as their reason, as a note; once: one that was deleted here since does not come back.
WITH said AS MATERIALIZED (
    SELECT DISTINCT c.id, m.note, m.screened_at FROM jsonb_to_recordset(%(marks)s)
        AS m (url_key text, note text, screened_at timestamptz)
    JOIN profile_urls u ON u.url_key = m.url_key
    JOIN candidates c ON c.profile_id = u.profile_id AND c.search_id = %(search_id)s
    WHERE m.note <> '' AND NOT EXISTS (SELECT FROM notes n WHERE n.candidate_id = c.id AND n.body = m.note)
        AND NOT EXISTS (SELECT FROM legacy_items i WHERE i.search_id = %(search_id)s
            AND i.finished_at > greatest(c.added_at, m.screened_at))),
written AS (
    INSERT INTO notes (candidate_id, user_id, body, created_at)
    SELECT s.id, %(actor)s, s.note, coalesce(s.screened_at, now()) FROM said s RETURNING candidate_id)
UPDATE candidates c SET note_count = c.note_count + w.notes
FROM (SELECT candidate_id, count(*) AS notes FROM written GROUP BY candidate_id) AS w WHERE c.id = w.candidate_id;

-- date_people --
-- Since when someone is held: who came with this and was not told of since is as old as they were there. Their time to be
-- kept runs from then.
UPDATE profiles p SET collected_at = g.collected_at
FROM (SELECT u.profile_id, max(m.collected_at) AS collected_at
    FROM jsonb_to_recordset(%(marks)s) AS m (url_key text, collected_at timestamptz)
    JOIN profile_urls u ON u.url_key = m.url_key WHERE m.collected_at IS NOT NULL GROUP BY u.profile_id) AS g
WHERE p.id = g.profile_id AND p.source = %(source)s AND p.updated_at = p.created_at AND p.collected_at > g.collected_at;

-- bump_version --
-- What shows the search is told; the last statement.
SELECT bump_version(%(search_id)s) AS version;
