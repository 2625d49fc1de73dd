-- fetch_editable --
-- The search, when the actor may see it: whether they may change what is in it.
SELECT s.id, search_editable(s, %(actor)s, %(role)s) AS editable
FROM searches s WHERE s.id = %(search_id)s::uuid AND search_visible(s, %(actor)s, %(role)s);

-- find_searches_by_title --
-- Searches with exactly this title that the actor may change.
SELECT s.id FROM searches s
WHERE s.title = %(title)s AND s.archived_at IS NULL AND search_editable(s, %(actor)s, %(role)s)
ORDER BY s.created_at DESC LIMIT 2;

-- lock_people --
-- One import adds people at a time, for as long as a batch takes: two cannot both add the same person.
SELECT pg_advisory_xact_lock(hashtext('sourcingx people'));

-- find_unchanged --
-- Rows that this source has told already, in these very words, and whose people nothing has changed since: their
-- places among those that were asked for, and the people, side by side.
-- OFFSET 0: hash by hash, whatever the planner thinks of a source that it has not counted yet.
SELECT coalesce(array_agg(g.place), '{}') AS places, coalesce(array_agg(r.profile_id), '{}') AS people
FROM unnest(%(hashes)s::uuid[]) WITH ORDINALITY AS g(row_hash, place)
CROSS JOIN LATERAL (
    SELECT profile_id, source, profile_at FROM profile_raw WHERE row_hash = g.row_hash OFFSET 0) AS r
CROSS JOIN LATERAL (SELECT updated_at FROM profiles WHERE id = r.profile_id OFFSET 0) AS p
WHERE r.source = %(source)s AND p.updated_at = r.profile_at;

-- prepare_batch --
-- What holds for the rest of a batch. A batch is small and the tables are large, also while nobody has counted
-- them yet, and the planner thinks that to read all of them were nothing. The search indexes are brought up to
-- date beside it (sort_in_search_words); only a load that gets far ahead of that does it itself. And a batch that a
-- crash of the server takes back is imported again, with its checkpoint: no need to wait for the disk.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('gin_pending_list_limit', '64MB', true),
    set_config('synchronous_commit', 'off', true);

-- sort_in_search_words --
-- Brings the search indexes up to date, whoever wrote to them.
SELECT sort_in_search_words();

-- find_by_key --
-- Whom each record names by its keys; the strongest key that is known decides.
SELECT DISTINCT ON (k.slot) k.slot, u.profile_id
FROM unnest(%(slots)s::int[], %(places)s::int[], %(keys)s::text[]) AS k(slot, place, key)
CROSS JOIN LATERAL (SELECT profile_id FROM profile_urls WHERE url_key = k.key OFFSET 0) AS u
ORDER BY k.slot, k.place;

-- find_by_contact --
-- Whom records without a known key name: by e-mail, else by telephone, where the names agree too; never
-- someone whose public address is another one than the record's. An e-mail or telephone that more than 20 people
-- have is an office's and names nobody. A record without a name is about the only one who has the e-mail. An e-mail
-- or telephone that a merge left out of a profile, or a person wrote over by hand, still names it; of the e-mail a person said whose it is, so one
-- word of the name is enough: the other spelling went with the merge.
-- OFFSET 0: person by person, never a list of all who have an address.
WITH given AS MATERIALIZED (
    SELECT slot, lower(email) AS email, phone, name, CASE WHEN phone <> '' THEN sx_key(name) END AS name_key, has_public
    FROM unnest(%(slots)s::int[], %(emails)s::text[], %(phones)s::text[], %(names)s::text[], %(public)s::boolean[])
        AS g(slot, email, phone, name, has_public)),
by_email AS MATERIALIZED (
    SELECT DISTINCT ON (f.slot) f.slot, f.id FROM (
        SELECT g.slot, g.has_public, p.id, 1 AS place
        FROM given g CROSS JOIN LATERAL (
            SELECT id, name_key, count(*) OVER () AS sharing FROM (
                SELECT id, name_key FROM profiles WHERE email <> '' AND lower(email) = g.email LIMIT 21) AS few) AS p
        WHERE g.email <> '' AND p.sharing <= 20 AND (sx_names_agree(sx_key(g.name), p.name_key)
            OR sx_key(g.name) = p.name_key OR (g.name = '' AND p.sharing = 1))
        UNION ALL SELECT g.slot, g.has_public, o.id, 2
        FROM given g JOIN profile_fields f ON f.source = 'manual' AND f.field = 'email' AND lower(f.kept_value) = g.email
        JOIN profiles o ON o.id = f.profile_id
        WHERE g.email <> '' AND (sx_names_agree(sx_key(g.name), o.name_key) OR sx_key(g.name) = o.name_key)
        UNION ALL SELECT g.slot, g.has_public, o.id, 2
        FROM given g JOIN profile_urls u ON u.url_key = 'mailto:' || g.email JOIN profiles o ON o.id = u.profile_id
        WHERE g.email <> '' AND (g.name = ''
            OR string_to_array(sx_key(g.name), ' ') && string_to_array(o.name_key, ' '))) AS f
    WHERE NOT (f.has_public AND EXISTS (
        SELECT FROM profile_urls u WHERE u.profile_id = f.id AND starts_with(u.url_key, 'linkedin.com/') OFFSET 0))
    ORDER BY f.slot, f.place, f.id),
by_phone AS (
    SELECT DISTINCT ON (f.slot) f.slot, f.id FROM (
        SELECT g.slot, g.has_public, g.name_key, p.id, p.name_key AS other_key, 1 AS place
        FROM given g CROSS JOIN LATERAL (
            SELECT id, name_key, count(*) OVER () AS sharing FROM (
                SELECT id, name_key FROM profiles WHERE sx_phone(phone) = g.phone LIMIT 21) AS few) AS p
        WHERE g.phone <> '' AND p.sharing <= 20
        UNION ALL SELECT g.slot, g.has_public, g.name_key, o.id, o.name_key, 2
        FROM given g JOIN profile_fields f ON f.source = 'manual' AND f.field = 'phone'
            AND sx_phone(f.kept_value) = g.phone
        JOIN profiles o ON o.id = f.profile_id WHERE g.phone <> ''
        UNION ALL SELECT g.slot, g.has_public, g.name_key, o.id, o.name_key, 2
        FROM given g JOIN profile_urls u ON u.url_key = 'tel:' || g.phone JOIN profiles o ON o.id = u.profile_id
        WHERE g.phone <> '') AS f
    WHERE f.slot <> ALL (ARRAY(SELECT slot FROM by_email)) AND sx_names_agree(f.name_key, f.other_key)
        AND NOT (f.has_public AND EXISTS (
            SELECT FROM profile_urls u WHERE u.profile_id = f.id AND starts_with(u.url_key, 'linkedin.com/') OFFSET 0))
    ORDER BY f.slot, f.place, f.id)
SELECT slot, id AS profile_id FROM by_email UNION ALL SELECT slot, id FROM by_phone;

-- lock_profiles --
-- Known people stay as they are found until the batch is through; always in one order.
SELECT id FROM profiles WHERE id = ANY (%(people)s) ORDER BY id FOR NO KEY UPDATE;

-- take_profile_ids --
-- Ids for new people, so that everything of theirs can be copied without asking back.
SELECT array_agg(taken.id ORDER BY taken.id) AS ids
FROM (SELECT nextval(pg_get_serial_sequence('profiles', 'id')) AS id FROM generate_series(1, %(count)s)) AS taken;

-- copy_profiles --
-- New people. COPY takes the ids that are given (an INSERT would refuse them).
COPY profiles (id, full_name, first_name, last_name, headline, title, company, location, country, industry, summary,
    email, phone, linkedin_url, skills, years_experience, current_tenure_months, average_tenure_months, source)
FROM STDIN;

-- copy_urls --
-- Keys of new people. A key that is taken meanwhile ends the batch, which is then tried again and finds its person.
COPY profile_urls (url_key, profile_id) FROM STDIN;

-- copy_raw --
-- Everything the file says of new people, columns that no field is for included.
COPY profile_raw (profile_id, source, raw, row_hash) FROM STDIN;

-- copy_positions --
-- Jobs of new people.
COPY positions (profile_id, title, company, location, started_on, ended_on, is_current, description) FROM STDIN;

-- copy_educations --
-- Schools of new people.
COPY educations (profile_id, school, degree, field_of_study, started_on, ended_on) FROM STDIN;

-- stage_people --
-- What a batch says of people who are known.
COPY import_staged_people (run_id, batch, profile_id, full_name, first_name, last_name, guess_first, guess_last,
    headline, title, company, location, country, industry, summary, email, phone, public_url, opaque_url, skills,
    years_experience, current_tenure_months, raw, row_hash) FROM STDIN;

-- stage_positions --
-- Jobs of people who are known.
COPY import_staged_positions (run_id, batch, profile_id, place, title, company, location, started_on, ended_on,
    is_current, description) FROM STDIN;

-- stage_educations --
-- Schools of people who are known.
COPY import_staged_educations (run_id, batch, profile_id, place, school, degree, field_of_study, started_on, ended_on)
FROM STDIN;

-- merge_people --
-- Changes those about whom the file says something new; what the file leaves empty, or a person wrote by hand, stays as
-- it was. Parts of the name that are the guess of the old one are guessed anew. Returns whom it changed.
MERGE INTO profiles p
USING (
    SELECT o.id,
        coalesce(nullif(g.full_name, ''), o.full_name) AS full_name,
        CASE WHEN a.guess_anew THEN g.guess_first
            ELSE coalesce(nullif(g.first_name, ''), nullif(o.first_name, ''), g.guess_first) END AS first_name,
        CASE WHEN a.guess_anew THEN g.guess_last
            ELSE coalesce(nullif(g.last_name, ''), nullif(o.last_name, ''), g.guess_last) END AS last_name,
        CASE WHEN 'headline' = ANY (w.by_hand) THEN o.headline ELSE coalesce(nullif(g.headline, ''), o.headline) END AS headline,
        CASE WHEN 'title' = ANY (w.by_hand) THEN o.title ELSE coalesce(nullif(g.title, ''), o.title) END AS title,
        CASE WHEN 'company' = ANY (w.by_hand) THEN o.company ELSE coalesce(nullif(g.company, ''), o.company) END AS company,
        CASE WHEN 'location' = ANY (w.by_hand) THEN o.location ELSE coalesce(nullif(g.location, ''), o.location) END AS location,
        CASE WHEN 'country' = ANY (w.by_hand) THEN o.country ELSE coalesce(nullif(g.country, ''), o.country) END AS country,
        CASE WHEN 'industry' = ANY (w.by_hand) THEN o.industry ELSE coalesce(nullif(g.industry, ''), o.industry) END AS industry,
        coalesce(nullif(g.summary, ''), o.summary) AS summary,
        CASE WHEN 'email' = ANY (w.by_hand) THEN o.email ELSE coalesce(nullif(g.email, ''), o.email) END AS email,
        CASE WHEN 'phone' = ANY (w.by_hand) THEN o.phone ELSE coalesce(nullif(g.phone, ''), o.phone) END AS phone,
        coalesce(nullif(g.public_url, ''), nullif(o.linkedin_url, ''), g.opaque_url) AS linkedin_url,
        CASE WHEN cardinality(g.skills) > 0 THEN g.skills ELSE o.skills END AS skills,
        coalesce(g.years_experience, o.years_experience) AS years_experience,
        coalesce(g.current_tenure_months, o.current_tenure_months) AS current_tenure_months
    FROM import_staged_people g JOIN profiles o ON o.id = g.profile_id
    CROSS JOIN LATERAL (SELECT g.guess_last <> '' AND o.last_name NOT LIKE '%% %%'
        AND o.full_name = concat_ws(' ', nullif(o.first_name, ''), o.last_name) AS guess_anew) AS a
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(f.field), '{}') AS by_hand FROM profile_fields f
        WHERE f.profile_id = o.id AND f.source = 'manual') AS w
    WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s) AS n
ON p.id = n.id
WHEN MATCHED AND (p.full_name, p.first_name, p.last_name, p.headline, p.title, p.company, p.location, p.country,
        p.industry, p.summary, p.email, p.phone, p.linkedin_url, p.skills, p.years_experience,
        p.current_tenure_months)
    IS DISTINCT FROM (n.full_name, n.first_name, n.last_name, n.headline, n.title, n.company, n.location, n.country,
        n.industry, n.summary, n.email, n.phone, n.linkedin_url, n.skills, n.years_experience,
        n.current_tenure_months)
    THEN UPDATE SET full_name = n.full_name, first_name = n.first_name, last_name = n.last_name,
        headline = n.headline, title = n.title, company = n.company, location = n.location, country = n.country,
        industry = n.industry, summary = n.summary, email = n.email, phone = n.phone,
        linkedin_url = n.linkedin_url, skills = n.skills, years_experience = n.years_experience,
        current_tenure_months = n.current_tenure_months, collected_at = now(), updated_at = now()
RETURNING p.id;

-- keep_told --
-- What the file says of fields that a person wrote by hand is kept beside them.
UPDATE profile_fields f SET kept_value = n.value, kept_source = %(source)s, kept_at = now()
FROM (SELECT g.profile_id, d.field, CASE d.field WHEN 'title' THEN g.title WHEN 'company' THEN g.company
        WHEN 'headline' THEN g.headline WHEN 'location' THEN g.location WHEN 'country' THEN g.country
        WHEN 'industry' THEN g.industry WHEN 'email' THEN g.email WHEN 'phone' THEN g.phone END AS value
    FROM import_staged_people g JOIN profile_fields d ON d.profile_id = g.profile_id AND d.source = 'manual'
    WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s) AS n
WHERE f.profile_id = n.profile_id AND f.field = n.field AND n.value <> '' AND n.value IS DISTINCT FROM f.kept_value;

-- insert_urls --
-- The keys by which known people are known from now on; one that is someone else's stays theirs.
INSERT INTO profile_urls (url_key, profile_id)
SELECT k.key, k.profile_id FROM unnest(%(keys)s::text[], %(people)s::bigint[]) AS k(key, profile_id)
ON CONFLICT (url_key) DO NOTHING;

-- merge_raw --
-- Everything the file says of known people; earlier files' columns stay. Last, when updated_at is settled.
INSERT INTO profile_raw AS r (profile_id, source, raw, row_hash, profile_at)
SELECT g.profile_id, %(source)s, g.raw, g.row_hash, p.updated_at
FROM import_staged_people g JOIN profiles p ON p.id = g.profile_id
WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s
ON CONFLICT (profile_id, source) DO UPDATE SET raw = r.raw || excluded.raw, row_hash = excluded.row_hash,
    profile_at = excluded.profile_at,
    fetched_at = CASE WHEN r.raw || excluded.raw IS DISTINCT FROM r.raw THEN now() ELSE r.fetched_at END
WHERE (r.raw || excluded.raw, excluded.row_hash, excluded.profile_at)
    IS DISTINCT FROM (r.raw, r.row_hash, r.profile_at);

-- fill_positions --
-- A current job of which a file says the title only is with the company that is known, and the other way round: as
-- the profile has it. Before the others.
UPDATE import_staged_positions g SET title = coalesce(nullif(g.title, ''), o.title),
    company = coalesce(nullif(g.company, ''), o.company)
FROM positions o
WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s AND g.is_current AND (g.title = '') <> (g.company = '')
    AND o.id = (SELECT min(c.id) FROM positions c WHERE c.profile_id = g.profile_id AND c.is_current);

-- end_positions --
-- A current job other than the one in the file is a former one.
UPDATE positions o SET is_current = false
FROM import_staged_positions g
WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s AND g.is_current AND g.title <> '' AND g.company <> ''
    AND o.profile_id = g.profile_id AND o.is_current
    AND (sx_key(o.title), sx_key(o.company)) IS DISTINCT FROM (sx_key(g.title), sx_key(g.company))
RETURNING o.profile_id;

-- date_positions --
-- When the current job began, where that was not known.
UPDATE positions o SET started_on = g.started_on
FROM import_staged_positions g
WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s AND g.is_current AND g.started_on IS NOT NULL
    AND o.profile_id = g.profile_id AND o.is_current AND o.started_on IS NULL
RETURNING o.profile_id;

-- revive_positions --
-- A former job that is the current one again: nobody had said when it ended.
UPDATE positions o SET is_current = true, started_on = coalesce(o.started_on, found.started_on)
FROM (
    SELECT DISTINCT ON (g.profile_id) f.id, g.started_on
    FROM import_staged_positions g JOIN positions f ON f.profile_id = g.profile_id
    WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s AND g.is_current AND (g.title <> '' OR g.company <> '')
        AND f.ended_on IS NULL
        AND (sx_key(f.title), sx_key(f.company)) = (sx_key(g.title), sx_key(g.company))
        AND (f.started_on IS NULL OR g.started_on IS NULL OR f.started_on = g.started_on)
        AND NOT EXISTS (SELECT FROM positions c WHERE c.profile_id = g.profile_id AND c.is_current)
    ORDER BY g.profile_id, f.id) AS found
WHERE o.id = found.id
RETURNING o.profile_id;

-- insert_positions --
-- The current job of those who have none.
INSERT INTO positions (profile_id, title, company, location, started_on, is_current, description)
SELECT g.profile_id, g.title, g.company, g.location, g.started_on, true, g.description
FROM import_staged_positions g
WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s AND g.is_current AND (g.title <> '' OR g.company <> '')
    AND NOT EXISTS (SELECT FROM positions o WHERE o.profile_id = g.profile_id AND o.is_current)
RETURNING profile_id;

-- complete_positions --
-- What a file adds to jobs that are known.
UPDATE positions o SET started_on = n.started_on, ended_on = n.ended_on, location = n.location,
    description = n.description
FROM (
    SELECT DISTINCT ON (f.id) f.id, coalesce(f.started_on, g.started_on) AS started_on,
        CASE WHEN f.is_current THEN f.ended_on ELSE coalesce(f.ended_on, g.ended_on) END AS ended_on,
        coalesce(nullif(f.location, ''), g.location) AS location,
        coalesce(nullif(f.description, ''), g.description) AS description
    FROM import_staged_positions g JOIN positions f ON f.profile_id = g.profile_id
    WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s AND NOT g.is_current
        AND (sx_key(f.title), sx_key(f.company)) = (sx_key(g.title), sx_key(g.company))
        AND (f.started_on IS NULL OR g.started_on IS NULL OR f.started_on = g.started_on)
    ORDER BY f.id, g.place) AS n
WHERE o.id = n.id AND (o.started_on, o.ended_on, o.location, o.description)
    IS DISTINCT FROM (n.started_on, n.ended_on, n.location, n.description)
RETURNING o.profile_id;

-- insert_former_positions --
-- Former jobs that were not known.
INSERT INTO positions (profile_id, title, company, location, started_on, ended_on, is_current, description)
SELECT g.profile_id, g.title, g.company, g.location, g.started_on, g.ended_on, false, g.description
FROM import_staged_positions g
WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s AND NOT g.is_current
    AND NOT EXISTS (SELECT FROM positions f WHERE f.profile_id = g.profile_id
        AND (sx_key(f.title), sx_key(f.company)) = (sx_key(g.title), sx_key(g.company))
        AND (f.started_on IS NULL OR g.started_on IS NULL OR f.started_on = g.started_on))
ORDER BY g.profile_id, g.place
RETURNING profile_id;

-- complete_educations --
-- What a file adds to schools that are known.
UPDATE educations o SET degree = n.degree, field_of_study = n.field_of_study, started_on = n.started_on,
    ended_on = n.ended_on
FROM (
    SELECT DISTINCT ON (f.id) f.id, coalesce(nullif(f.degree, ''), g.degree) AS degree,
        coalesce(nullif(f.field_of_study, ''), g.field_of_study) AS field_of_study,
        coalesce(f.started_on, g.started_on) AS started_on, coalesce(f.ended_on, g.ended_on) AS ended_on
    FROM import_staged_educations g JOIN educations f ON f.profile_id = g.profile_id
    WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s AND sx_key(f.school) = sx_key(g.school)
        AND (f.degree = '' OR g.degree = '' OR sx_key(f.degree) = sx_key(g.degree))
    ORDER BY f.id, g.place) AS n
WHERE o.id = n.id AND (o.degree, o.field_of_study, o.started_on, o.ended_on)
    IS DISTINCT FROM (n.degree, n.field_of_study, n.started_on, n.ended_on)
RETURNING o.profile_id;

-- insert_educations --
-- Schools that were not known.
INSERT INTO educations (profile_id, school, degree, field_of_study, started_on, ended_on)
SELECT g.profile_id, g.school, g.degree, g.field_of_study, g.started_on, g.ended_on
FROM import_staged_educations g
WHERE g.run_id = %(run_id)s AND g.batch = %(batch)s
    AND NOT EXISTS (SELECT FROM educations f WHERE f.profile_id = g.profile_id AND sx_key(f.school) = sx_key(g.school)
        AND (f.degree = '' OR g.degree = '' OR sx_key(f.degree) = sx_key(g.degree)))
ORDER BY g.profile_id, g.place
RETURNING profile_id;

-- derive_tenure --
-- The mean time in jobs of people whose jobs changed, unknown where the beginning and end of fewer than two are
-- known; and that something about them did change.
UPDATE profiles p SET updated_at = now(), collected_at = now(),
    average_tenure_months = known.months
FROM unnest(%(people)s::bigint[]) AS g(id)
LEFT JOIN LATERAL (
    SELECT round(avg((extract(year FROM t.last) - extract(year FROM o.started_on)) * 12
        + extract(month FROM t.last) - extract(month FROM o.started_on)))::smallint AS months
    FROM positions o, LATERAL (SELECT CASE WHEN o.is_current THEN %(today)s::date ELSE o.ended_on END AS last) AS t
    WHERE o.profile_id = g.id AND o.started_on IS NOT NULL AND t.last IS NOT NULL
    HAVING count(*) >= 2) AS known ON true
WHERE p.id = g.id;

-- clear_staged_history --
-- One row of each person is through.
WITH jobs AS (DELETE FROM import_staged_positions WHERE run_id = %(run_id)s AND batch = %(batch)s)
DELETE FROM import_staged_educations WHERE run_id = %(run_id)s AND batch = %(batch)s;

-- clear_staged --
-- The batch is through.
DELETE FROM import_staged_people WHERE run_id = %(run_id)s AND batch = %(batch)s;

-- fetch_members --
-- Which of these people are in the search already. OFFSET 0: by person first; a search that nobody has counted
-- yet looks empty to the planner, which would read all of it.
SELECT coalesce(array_agg(c.profile_id), '{}') AS people FROM (SELECT profile_id, search_id FROM candidates WHERE profile_id = ANY (%(people)s) OFFSET 0) AS c
WHERE c.search_id = %(search_id)s::uuid;

-- add_members --
-- Puts people into the search; how many are new in it.
SELECT count(*) AS added FROM add_candidates(%(search_id)s::uuid, %(people)s, %(actor)s);

-- lock_candidates_of --
-- The candidates of changed people, in the order in which all others lock them, too.
SELECT count(*) FROM (
    SELECT id FROM candidates WHERE profile_id = ANY (%(people)s) ORDER BY id FOR NO KEY UPDATE) AS locked;

-- sync_members --
-- Brings the candidates of changed people up to date, in all searches.
SELECT sync_candidates(%(people)s) AS searches;

-- insert_rejects --
-- Rows that could not be taken.
INSERT INTO import_rejects (run_id, row_number, reason, raw)
SELECT %(run_id)s, g.row_number, g.reason, g.raw
FROM jsonb_to_recordset(%(rejects)s) AS g(row_number bigint, reason text, raw jsonb)
ON CONFLICT DO NOTHING;

-- bump_searches --
-- New versions for all searches that were touched, and the head count of one; always in one order.
SELECT bump_version(t.id) FROM unnest(%(searches)s::uuid[]) AS t(id) ORDER BY t.id;

-- count_members --
-- The head count of a search.
UPDATE searches SET profile_count = profile_count + %(added)s WHERE id = %(search_id)s::uuid;

-- fetch_rejects --
-- A page of the rows that could not be taken: it ends with the row that makes it large enough, since a row may
-- have megabytes. From one row to the next, so that no row behind the page is unpacked to be measured.
WITH RECURSIVE page AS (
    (SELECT r.row_number, r.reason, r.raw, octet_length(r.raw::text) AS bytes, 1 AS n FROM import_rejects r
     WHERE r.run_id = %(run_id)s AND r.row_number > %(after)s ORDER BY r.row_number LIMIT 1)
    UNION ALL
    SELECT r.row_number, r.reason, r.raw, p.bytes + octet_length(r.raw::text), p.n + 1
    FROM page p CROSS JOIN LATERAL (
        SELECT i.row_number, i.reason, i.raw FROM import_rejects i
        WHERE i.run_id = %(run_id)s AND i.row_number > p.row_number ORDER BY i.row_number LIMIT 1) AS r
    WHERE p.bytes < %(most_bytes)s AND p.n < 1000)
SELECT row_number, reason, raw FROM page ORDER BY row_number LIMIT 1000;
