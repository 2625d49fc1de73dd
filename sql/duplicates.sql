-- lock_duplicates --
-- One batch is compared at a time: two that do not see each other would miss pairs between them.
SELECT pg_advisory_xact_lock(hashtext('sourcingx duplicates'));

-- count_unchecked --
-- How many people are new or changed since they were compared.
SELECT count(*) AS n FROM profiles p LEFT JOIN identity_checks c ON c.profile_id = p.id
WHERE c.profile_id IS NULL OR c.updated_at <> p.updated_at OR c.rules <> %(rules)s;

-- fetch_unchecked --
-- The next of them. Locked so far that nobody deletes them meanwhile.
SELECT p.id, p.updated_at FROM profiles p LEFT JOIN identity_checks c ON c.profile_id = p.id
WHERE p.id > %(after)s AND (c.profile_id IS NULL OR c.updated_at <> p.updated_at OR c.rules <> %(rules)s)
ORDER BY p.id LIMIT %(limit)s FOR KEY SHARE OF p;

-- count_unchecked_of_import --
-- How many of those whom an import brought or changed.
SELECT count(*) AS n FROM candidates m JOIN profiles p ON p.id = m.profile_id
LEFT JOIN identity_checks c ON c.profile_id = p.id
WHERE m.search_id = (SELECT r.search_id FROM runs r WHERE r.id = %(import_run)s)
    AND p.updated_at >= (SELECT r.started_at FROM runs r WHERE r.id = %(import_run)s)
    AND (c.profile_id IS NULL OR c.updated_at <> p.updated_at OR c.rules <> %(rules)s);

-- fetch_unchecked_of_import --
-- The next of them, along the search's people.
SELECT p.id, p.updated_at FROM candidates m JOIN profiles p ON p.id = m.profile_id
LEFT JOIN identity_checks c ON c.profile_id = p.id
WHERE m.search_id = (SELECT r.search_id FROM runs r WHERE r.id = %(import_run)s) AND m.profile_id > %(after)s
    AND p.updated_at >= (SELECT r.started_at FROM runs r WHERE r.id = %(import_run)s)
    AND (c.profile_id IS NULL OR c.updated_at <> p.updated_at OR c.rules <> %(rules)s)
ORDER BY m.profile_id LIMIT %(limit)s FOR KEY SHARE OF p;

-- find_imports --
-- Whether an import is being done, by a worker that gave a sign of life lately.
SELECT EXISTS (SELECT FROM runs WHERE kind = 'import' AND state = 'running'
    AND heartbeat_at > now() - make_interval(secs => %(silence_s)s)) AS found;

-- fetch_facts --
-- What is compared of some people; those who are gone are left out. Locked as above.
SELECT p.id AS profile_id, p.full_name, p.title, p.company, p.location, p.country, p.email, p.phone, p.skills,
    (SELECT coalesce(array_agg(u.url_key), '{}') FROM profile_urls u
        WHERE u.profile_id = p.id AND starts_with(u.url_key, 'linkedin.com/')) AS public_urls,
    ARRAY (SELECT o.company FROM positions o WHERE o.profile_id = p.id AND o.company <> '' ORDER BY o.id DESC LIMIT 10)
        AS companies
FROM profiles p WHERE p.id = ANY (%(ids)s::bigint[]) ORDER BY p.id FOR KEY SHARE OF p;

-- delete_keys --
-- Keys that people have no more.
DELETE FROM identity_keys k WHERE k.profile_id = ANY (%(people)s::bigint[]) AND NOT EXISTS (
    SELECT FROM unnest(%(keys)s::bigint[], %(owners)s::bigint[]) AS g (key, owner)
    WHERE g.key = k.key AND g.owner = k.profile_id);

-- insert_keys --
-- Keys that are new.
INSERT INTO identity_keys (key, profile_id)
SELECT g.key, g.owner FROM unnest(%(keys)s::bigint[], %(owners)s::bigint[]) AS g (key, owner)
ON CONFLICT DO NOTHING;

-- fetch_blocks --
-- Who has each key; of a key that more than `most` people have, one more than that.
SELECT g.key, o.ids FROM unnest(%(keys)s::bigint[]) AS g (key)
CROSS JOIN LATERAL (SELECT array_agg(x.profile_id) AS ids FROM (
    SELECT k.profile_id FROM identity_keys k WHERE k.key = g.key LIMIT %(most)s + 1) AS x) AS o
WHERE cardinality(o.ids) > 1;

-- delete_pairs --
-- Open pairs of people who were compared anew and are no longer alike.
DELETE FROM duplicate_pairs d
WHERE d.state = 'open' AND (d.profile_a = ANY (%(people)s::bigint[]) OR d.profile_b = ANY (%(people)s::bigint[]))
    AND NOT EXISTS (SELECT FROM unnest(%(a)s::bigint[], %(b)s::bigint[]) AS g (a, b)
        WHERE g.a = d.profile_a AND g.b = d.profile_b);

-- upsert_pairs --
-- Pairs that are alike. What people said about one stays said.
INSERT INTO duplicate_pairs AS d (profile_a, profile_b, score, reasons)
SELECT g.profile_a, g.profile_b, g.score, g.reasons
FROM jsonb_to_recordset(%(pairs)s) AS g (profile_a bigint, profile_b bigint, score smallint, reasons text[])
ON CONFLICT (profile_a, profile_b) DO UPDATE SET score = excluded.score, reasons = excluded.reasons
WHERE d.state = 'open' AND (d.score, d.reasons) IS DISTINCT FROM (excluded.score, excluded.reasons);

-- mark_checked --
-- Compared, as they were.
INSERT INTO identity_checks AS c (profile_id, updated_at, rules)
SELECT g.id, g.updated_at, %(rules)s FROM unnest(%(people)s::bigint[], %(updated)s::timestamptz[]) AS g (id, updated_at)
ON CONFLICT (profile_id) DO UPDATE SET updated_at = excluded.updated_at, rules = excluded.rules;

-- delete_orphans --
-- Open pairs of people who are gone.
DELETE FROM duplicate_pairs d WHERE d.state <> 'merged'
    AND (NOT EXISTS (SELECT FROM profiles p WHERE p.id = d.profile_a)
        OR NOT EXISTS (SELECT FROM profiles p WHERE p.id = d.profile_b));

-- fetch_waiting_run --
-- A comparison of everyone that has not begun: it will see whoever is there by then.
SELECT id FROM runs WHERE kind = 'find_duplicates' AND state = 'queued' AND NOT params ? 'import_run'
ORDER BY id LIMIT 1;

-- fetch_run_of_import --
-- The comparison behind an import, and how many of the pairs that came since are for the actor to decide (of
-- many, no more than `most`). runs_user serves: the two runs are one person's.
SELECT o.id, o.state, (SELECT count(*) FROM (
    SELECT FROM duplicate_pairs d
    WHERE d.state = 'open' AND d.found_at >= r.started_at
        AND EXISTS (SELECT FROM candidates c WHERE c.search_id = r.search_id AND c.profile_id IN (d.profile_a, d.profile_b))
        AND person_visible(d.profile_a, %(actor)s, %(role)s) AND person_visible(d.profile_b, %(actor)s, %(role)s)
    LIMIT %(most)s) AS x) AS pairs
FROM runs r JOIN searches s ON s.id = r.search_id
JOIN runs o ON o.user_id = r.user_id AND o.id > r.id AND o.kind = 'find_duplicates'
    AND o.params = jsonb_build_object('import_run', r.id)
WHERE r.id = %(import_run)s AND search_visible(s, %(actor)s, %(role)s)
ORDER BY o.id DESC LIMIT 1;

-- fetch_latest_run --
-- The newest comparison that the actor started, for its progress.
SELECT max(id) AS id FROM runs WHERE kind = 'find_duplicates' AND user_id = %(actor)s;

-- fetch_pairs --
-- A page of pairs whose two people the actor may see, the most alike first.
SELECT d.id, d.profile_a, d.profile_b, d.score, d.reasons, d.state, d.decided_at, u.name AS decided_by,
    person_editable(d.profile_a, %(actor)s, %(role)s) AND person_editable(d.profile_b, %(actor)s, %(role)s) AS editable
FROM duplicate_pairs d LEFT JOIN users u ON u.id = d.decided_by
WHERE d.state = %(state)s AND d.score >= %(least)s
    AND (%(after_score)s::int IS NULL OR d.score < %(after_score)s::int
        OR (d.score = %(after_score)s::int AND d.id > %(after_id)s::bigint))
    AND person_visible(d.profile_a, %(actor)s, %(role)s) AND person_visible(d.profile_b, %(actor)s, %(role)s)
    AND (%(search_id)s::uuid IS NULL OR EXISTS (
        SELECT FROM candidates c JOIN searches s ON s.id = c.search_id
        WHERE c.search_id = %(search_id)s::uuid AND c.profile_id IN (d.profile_a, d.profile_b)
            AND search_visible(s, %(actor)s, %(role)s)))
ORDER BY d.score DESC, d.id LIMIT %(limit)s;

-- fetch_merged --
-- A page of merges that the actor may take back, the newest first; `other` as that one was.
SELECT m.id AS merge_id, m.survivor_id AS profile_a, m.merged_id AS profile_b, m.created_at AS decided_at,
    u.name AS decided_by, d.id, coalesce(d.score, 0) AS score, coalesce(d.reasons, '{}') AS reasons,
    person_editable(m.survivor_id, %(actor)s, %(role)s) AS editable,
    EXISTS (SELECT FROM merges l WHERE l.survivor_id = m.survivor_id AND l.id > m.id AND l.undone_at IS NULL) AS later,
    (SELECT x.b || jsonb_build_object('summary', left(x.b ->> 'summary', %(most)s),
            'summary_length', length(x.b ->> 'summary'), 'summary_md5', md5(x.b ->> 'summary'))
        FROM jsonb_to_recordset(m.undo) AS x (t text, k jsonb, b jsonb)
        WHERE x.t = 'profiles' AND (x.k ->> 'id')::bigint = m.merged_id) AS other
FROM merges m JOIN users u ON u.id = m.user_id LEFT JOIN duplicate_pairs d ON d.merge_id = m.id
WHERE m.undone_at IS NULL AND (m.user_id = %(actor)s OR %(role)s = 'admin')
    AND person_visible(m.survivor_id, %(actor)s, %(role)s)
    AND (%(search_id)s::uuid IS NULL OR EXISTS (
        SELECT FROM candidates c JOIN searches s ON s.id = c.search_id
        WHERE c.search_id = %(search_id)s::uuid AND c.profile_id = m.survivor_id
            AND search_visible(s, %(actor)s, %(role)s)))
    AND coalesce(d.score, 0) >= %(least)s AND (%(after_id)s::bigint IS NULL OR m.id < %(after_id)s::bigint)
ORDER BY m.id DESC LIMIT %(limit)s;

-- fetch_sides --
-- What is shown of some people.
SELECT p.id, p.full_name, p.headline, p.title, p.company, p.location, p.country, p.industry, p.email, p.phone,
    p.linkedin_url, p.skills, p.years_experience::float8 AS years_experience, p.source, p.collected_at,
    left(p.summary, %(most)s) AS summary, length(p.summary) AS summary_length, md5(p.summary) AS summary_md5
FROM profiles p WHERE p.id = ANY (%(people)s::bigint[]);

-- fetch_places --
-- In which searches they are, as far as the actor may see them; at most three each, the latest first.
SELECT g.id AS profile_id, x.search_id, x.title, x.candidate_id, x.stage
FROM unnest(%(people)s::bigint[]) AS g (id)
CROSS JOIN LATERAL (
    SELECT s.id AS search_id, s.title, c.id AS candidate_id, c.stage
    FROM candidates c JOIN searches s ON s.id = c.search_id
    WHERE c.profile_id = g.id AND search_visible(s, %(actor)s, %(role)s)
    ORDER BY c.added_at DESC, c.id DESC LIMIT 3) AS x;
