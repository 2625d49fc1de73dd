-- insert_search --
-- The search that the people go into; it counts them at the end.
INSERT INTO searches (user_id, title, source, source_ref)
VALUES (%(actor)s, %(title)s, 'synthetic', %(source_ref)s) RETURNING id;

-- take_profile_ids --
-- Ids for one chunk, in order; mostly in one run, but other imports may take some in between.
SELECT array_agg(taken.id ORDER BY taken.id) AS ids
FROM (SELECT nextval(pg_get_serial_sequence('profiles', 'id')) AS id FROM generate_series(1, %(count)s)) AS taken;

-- copy_profiles --
-- One chunk of people. COPY takes the ids that are given (an INSERT would refuse them).
COPY profiles (id, full_name, first_name, last_name, headline, title, company, location, country, industry, summary,
    email, phone, linkedin_url, skills, years_experience, current_tenure_months, average_tenure_months, source,
    collected_at) FROM STDIN;

-- insert_urls --
-- Addresses of one chunk; one that is taken (the same seed made before) stays with whom it names.
INSERT INTO profile_urls (url_key, profile_id)
SELECT url_key, profile_id FROM unnest(%(urls)s::text[], %(ids)s::bigint[]) AS given (url_key, profile_id)
ON CONFLICT DO NOTHING;

-- copy_positions --
-- Jobs of one chunk.
COPY positions (profile_id, title, company, location, started_on, ended_on, is_current) FROM STDIN;

-- copy_raw --
-- What a vendor would have sent, for some of a chunk.
COPY profile_raw (profile_id, source, raw, fetched_at) FROM STDIN;

-- tune_load --
-- For the connection that adds candidates: joins by key only, since nothing is analyzed yet; memory
-- for index builds, and two processes for each.
SELECT set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
    set_config('statement_timeout', '0', false), set_config('lock_timeout', '2s', false),
    set_config('maintenance_work_mem', '256MB', false), set_config('max_parallel_maintenance_workers', '1', false);

-- commit_soon --
-- A chunk need not wait for the disk: the last commit of all does, and covers it.
SELECT set_config('synchronous_commit', 'off', true);

-- insert_candidates --
-- One chunk of people into the search, in the order of their ids.
INSERT INTO candidates (search_id, profile_id, changed_by, source, country, industry, name_key, last_name_key,
    title_key, company_key, location_key, years_experience, current_tenure_months, average_tenure_months,
    has_email, skills, search_tsv, filter_status, stage, stage_changed_at, fit, score, screened_at, tags, added_at)
SELECT %(search_id)s, p.id, %(actor)s, p.source, p.country, p.industry, p.name_key, p.last_name_key,
    p.title_key, p.company_key, p.location_key, p.years_experience, p.current_tenure_months,
    p.average_tenure_months, p.email <> '', p.skills, p.search_tsv,
    g.filter_status, g.stage, %(start)s + make_interval(secs => g.stage_changed_s), g.fit, g.score,
    %(start)s + make_interval(secs => g.screened_s), string_to_array(g.tags, '|'),
    %(start)s + make_interval(secs => g.added_s)
FROM unnest(%(ids)s::bigint[], %(filter_status)s::text[], %(stage)s::text[], %(stage_changed_s)s::integer[],
        %(fit)s::text[], %(score)s::numeric[], %(screened_s)s::integer[], %(tags)s::text[], %(added_s)s::integer[])
    AS g (id, filter_status, stage, stage_changed_s, fit, score, screened_s, tags, added_s)
JOIN profiles p ON p.id = g.id ORDER BY p.id;

-- owns_candidates --
-- Whether this role may drop and make indexes of candidates.
SELECT pg_has_role(relowner, 'USAGE') AS owns FROM pg_class WHERE oid = 'candidates'::regclass;

-- lock_candidates --
-- Nobody adds people while the indexes are away.
LOCK TABLE candidates IN ACCESS EXCLUSIVE MODE;

-- fetch_any_candidate --
-- Whether there are candidates at all.
SELECT EXISTS (SELECT FROM candidates) AS found;

-- fetch_indexes --
-- The indexes that no constraint needs, with the text that makes them again.
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i
WHERE i.indrelid = 'candidates'::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
ORDER BY i.indexrelid;

-- drop_index --
-- One of them.
DROP INDEX {index};

-- finish_search --
-- How many people it has.
UPDATE searches SET profile_count = %(count)s WHERE id = %(search_id)s;

-- bump_version --
-- Others see that there is something new.
SELECT bump_version(%(search_id)s);

-- delete_search --
-- A search that could not be filled, with its candidates.
DELETE FROM searches WHERE id = %(search_id)s;

-- delete_profiles --
-- People that were made for it.
DELETE FROM profiles WHERE id BETWEEN %(first)s AND %(last)s;

-- vacuum --
-- After a bulk write: index-only scans, true estimates, GIN's pending entries in place.
VACUUM (ANALYZE) profiles, candidates, profile_urls, positions, profile_raw;
