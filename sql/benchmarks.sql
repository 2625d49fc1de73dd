-- settings_of_the_app --
-- What the embedded server sets for everyone.
SET jit = off;

-- page_by_offset --
-- The usual way: sort everything, skip, take.
SELECT c.id::text, p.full_name, p.last_name, p.headline, p.title, p.company, p.location, p.industry, p.linkedin_url,
    array_to_string(p.skills[1:12], ', '), c.score::float8, c.fit, c.stage, c.filter_status, c.source, c.tags
FROM candidates c JOIN profiles p ON p.id = c.profile_id
WHERE c.search_id = %(search_id)s ORDER BY c.{column} ASC NULLS LAST, c.id OFFSET %(offset)s LIMIT 100;

-- page_by_deferred_offset --
-- The better way: skip over ids only, join what is left.
SELECT c.id::text, p.full_name, p.last_name, p.headline, p.title, p.company, p.location, p.industry, p.linkedin_url,
    array_to_string(p.skills[1:12], ', '), c.score::float8, c.fit, c.stage, c.filter_status, c.source, c.tags
FROM (SELECT id FROM candidates c WHERE c.search_id = %(search_id)s
      ORDER BY c.{column} ASC NULLS LAST, c.id OFFSET %(offset)s LIMIT 100) AS ids
JOIN candidates c USING (id) JOIN profiles p ON p.id = c.profile_id ORDER BY c.{column} ASC NULLS LAST, c.id;

-- reference_plain_asc --
-- Plain truth for a sort: blanks last, ties by id.
SELECT id FROM candidates WHERE search_id = %(search_id)s
ORDER BY {column} ASC NULLS LAST, id OFFSET %(offset)s LIMIT 100;

-- reference_plain_desc --
-- The same downward.
SELECT id FROM candidates WHERE search_id = %(search_id)s
ORDER BY {column} DESC NULLS LAST, id DESC OFFSET %(offset)s LIMIT 100;

-- reference_text_asc --
-- An empty text is a blank, too.
SELECT id FROM candidates WHERE search_id = %(search_id)s
ORDER BY nullif({column}, '') COLLATE "C" ASC NULLS LAST, id OFFSET %(offset)s LIMIT 100;

-- reference_text_desc --
-- The same downward.
SELECT id FROM candidates WHERE search_id = %(search_id)s
ORDER BY nullif({column}, '') COLLATE "C" DESC NULLS LAST, id DESC OFFSET %(offset)s LIMIT 100;

-- reference_stage_asc --
-- By pipeline.
SELECT id FROM candidates WHERE search_id = %(search_id)s
ORDER BY CASE stage WHEN 'new' THEN 1 WHEN 'shortlisted' THEN 2 WHEN 'contacted' THEN 3 WHEN 'interviewing' THEN 4
    WHEN 'hired' THEN 5 ELSE 6 END, id OFFSET %(offset)s LIMIT 100;

-- reference_stage_desc --
-- By pipeline, downward.
SELECT id FROM candidates WHERE search_id = %(search_id)s
ORDER BY CASE stage WHEN 'new' THEN 1 WHEN 'shortlisted' THEN 2 WHEN 'contacted' THEN 3 WHEN 'interviewing' THEN 4
    WHEN 'hired' THEN 5 ELSE 6 END DESC, id DESC OFFSET %(offset)s LIMIT 100;

-- reference_fit_asc --
-- Weakest first, unscreened last.
SELECT id FROM candidates WHERE search_id = %(search_id)s
ORDER BY CASE fit WHEN 'weak' THEN 1 WHEN 'possible' THEN 2 WHEN 'strong' THEN 3 END ASC NULLS LAST, id
OFFSET %(offset)s LIMIT 100;

-- reference_fit_desc --
-- Strongest first, unscreened last.
SELECT id FROM candidates WHERE search_id = %(search_id)s
ORDER BY CASE fit WHEN 'weak' THEN 1 WHEN 'possible' THEN 2 WHEN 'strong' THEN 3 END DESC NULLS LAST, id DESC
OFFSET %(offset)s LIMIT 100;

-- substring_by_index --
-- Substring of name or company by trigrams.
SELECT id FROM candidates c WHERE c.search_id = %(search_id)s
    AND (c.name_key LIKE sx_contains(%(term)s) OR c.company_key LIKE sx_contains(%(term)s)) ORDER BY id;

-- substring_by_scan --
-- The same by reading every row.
SELECT id FROM candidates c WHERE c.search_id = %(search_id)s
    AND (c.name_key ILIKE '%%' || %(term)s || '%%' OR c.company_key ILIKE '%%' || %(term)s || '%%') ORDER BY id;

-- scan_only --
-- No index for the next statements: the baseline reads the table from beginning to end, in one process.
SET max_parallel_workers_per_gather = 0; SET enable_bitmapscan = off; SET enable_indexscan = off; SET enable_indexonlyscan = off;

-- scan_and_index --
-- Back to normal.
RESET max_parallel_workers_per_gather; RESET enable_bitmapscan; RESET enable_indexscan; RESET enable_indexonlyscan;

-- sample_names --
-- Last names spread over the search, to make selective terms of.
SELECT last_name_key FROM candidates
WHERE search_id = %(search_id)s AND length(last_name_key) > 6 AND id %% %(step)s = 0 ORDER BY id LIMIT 4000;

-- shift_ids --
-- How far other ids of the people of a search are from any that there are.
SELECT (SELECT last_value FROM profiles_id_seq) + 1000 - min(c.profile_id) AS shift
FROM candidates c WHERE c.search_id = %(search_id)s::uuid;

-- dump_profiles --
-- The people of a search as others.
COPY (SELECT p.id + %(shift)s, p.full_name, p.first_name, p.last_name, p.headline, p.title, p.company, p.location,
    p.country, p.industry, p.summary, CASE WHEN p.email <> '' THEN 'c-' || p.email ELSE '' END, p.phone, p.linkedin_url,
    p.skills, p.years_experience, p.current_tenure_months, p.average_tenure_months, p.source, p.collected_at,
    p.created_at, p.updated_at
    FROM candidates c JOIN profiles p ON p.id = c.profile_id
    WHERE c.search_id = %(search_id)s::uuid ORDER BY p.id) TO STDOUT;

-- load_profiles --
-- And in again.
COPY profiles (id, full_name, first_name, last_name, headline, title, company, location, country, industry, summary,
    email, phone, linkedin_url, skills, years_experience, current_tenure_months, average_tenure_months, source,
    collected_at, created_at, updated_at) FROM STDIN;

-- dump_profile_urls --
-- Their keys.
COPY (SELECT replace(u.url_key, '.com/in/', '.com/in/c-'), u.profile_id + %(shift)s FROM candidates c
    JOIN profile_urls u USING (profile_id)
    WHERE c.search_id = %(search_id)s::uuid AND u.url_key LIKE 'linkedin.com/in/%%' ORDER BY u.profile_id) TO STDOUT;

-- load_profile_urls --
-- And in again.
COPY profile_urls (url_key, profile_id) FROM STDIN;

-- dump_profile_raw --
-- Their raw rows.
COPY (SELECT r.profile_id + %(shift)s, r.source, r.raw, gen_random_uuid(), r.profile_at, r.fetched_at FROM candidates c
    JOIN profile_raw r USING (profile_id) WHERE c.search_id = %(search_id)s::uuid ORDER BY r.profile_id) TO STDOUT;

-- load_profile_raw --
-- And in again.
COPY profile_raw (profile_id, source, raw, row_hash, profile_at, fetched_at) FROM STDIN;

-- dump_positions --
-- Their jobs.
COPY (SELECT o.profile_id + %(shift)s, o.title, o.company, o.location, o.started_on, o.ended_on, o.is_current,
    o.description FROM candidates c JOIN positions o USING (profile_id)
    WHERE c.search_id = %(search_id)s::uuid ORDER BY o.id) TO STDOUT;

-- load_positions --
-- And in again.
COPY positions (profile_id, title, company, location, started_on, ended_on, is_current, description) FROM STDIN;

-- dump_educations --
-- Their schools.
COPY (SELECT e.profile_id + %(shift)s, e.school, e.degree, e.field_of_study, e.started_on, e.ended_on FROM candidates c
    JOIN educations e USING (profile_id) WHERE c.search_id = %(search_id)s::uuid ORDER BY e.id) TO STDOUT;

-- load_educations --
-- And in again.
COPY educations (profile_id, school, degree, field_of_study, started_on, ended_on) FROM STDIN;

-- dump_candidates --
-- Their places in the search, as in another search.
COPY (SELECT %(other)s::uuid, profile_id + %(shift)s, filter_rule_id, changed_by, added_at, stage_changed_at, screened_at,
    note_count, current_tenure_months, average_tenure_months, has_email, filter_status, stage, fit, score,
    years_experience, source, country, industry, name_key, last_name_key, title_key, company_key, location_key, tags,
    skills, search_tsv FROM candidates WHERE search_id = %(search_id)s::uuid ORDER BY id) TO STDOUT;

-- load_candidates --
-- And in again.
COPY candidates (search_id, profile_id, filter_rule_id, changed_by, added_at, stage_changed_at, screened_at,
    note_count, current_tenure_months, average_tenure_months, has_email, filter_status, stage, fit, score,
    years_experience, source, country, industry, name_key, last_name_key, title_key, company_key, location_key, tags,
    skills, search_tsv) FROM STDIN;

-- pass_shifted --
-- Ids that were copied in are not given out again.
SELECT setval('profiles_id_seq', (SELECT max(id) FROM profiles));

-- vacuum_all --
-- What an import does at its end, too.
VACUUM (ANALYZE) profiles, candidates;

-- fetch_run_state --
-- Whether a run has ended.
SELECT state, done FROM runs WHERE id = %(run_id)s;

-- digest_people --
-- All that imports wrote, but ids and times: how many people, and one hash of what is known of all of them and
-- of their places in searches. Keys of bare names hold the id of the search.
SELECT count(*) AS people, md5(string_agg(person, '' ORDER BY person)) AS digest
FROM (
    SELECT md5(concat_ws(' | ',
        (to_jsonb(p) - '{id,collected_at,created_at,updated_at}'::text[])::text,
        (SELECT string_agg(CASE WHEN starts_with(u.url_key, 'name:') THEN 'name:' ELSE u.url_key END, ' '
            ORDER BY u.url_key) FROM profile_urls u WHERE u.profile_id = p.id),
        (SELECT string_agg(r.source || r.raw::text, ' ' ORDER BY r.source) FROM profile_raw r WHERE r.profile_id = p.id),
        (SELECT string_agg(o.told, ' ' ORDER BY o.told COLLATE "C") FROM (
            SELECT (to_jsonb(o) - '{id,profile_id}'::text[])::text AS told FROM positions o WHERE o.profile_id = p.id) AS o),
        (SELECT string_agg(e.told, ' ' ORDER BY e.told COLLATE "C") FROM (
            SELECT (to_jsonb(e) - '{id,profile_id}'::text[])::text AS told FROM educations e
            WHERE e.profile_id = p.id) AS e),
        (SELECT string_agg(c.told, ' ' ORDER BY c.told COLLATE "C") FROM (
            SELECT s.title || (to_jsonb(c) - '{id,search_id,profile_id,changed_by,changed_xid,added_at}'::text[])::text AS told
            FROM candidates c JOIN searches s ON s.id = c.search_id WHERE c.profile_id = p.id) AS c))) AS person
    FROM profiles p) AS people;

-- copy_unordered --
-- What an export of people holds, in whatever order they are found.
SELECT p.full_name, p.first_name, p.last_name, p.title, p.company, p.location, p.country, p.industry, p.headline,
    p.email, p.phone, p.linkedin_url, array_to_string(p.skills, ', '), p.years_experience::float8,
    p.current_tenure_months, p.average_tenure_months, c.score::float8, c.fit, c.stage, c.filter_status,
    array_to_string(c.tags, ', '), c.note_count, p.source, c.has_email,
    to_char(c.added_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_char(c.screened_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), p.summary
FROM candidates c JOIN profiles p ON p.id = c.profile_id WHERE c.search_id = %(search_id)s;

-- copy_ordered --
-- The same in the order of the view that is exported.
SELECT p.full_name, p.first_name, p.last_name, p.title, p.company, p.location, p.country, p.industry, p.headline,
    p.email, p.phone, p.linkedin_url, array_to_string(p.skills, ', '), p.years_experience::float8,
    p.current_tenure_months, p.average_tenure_months, c.score::float8, c.fit, c.stage, c.filter_status,
    array_to_string(c.tags, ', '), c.note_count, p.source, c.has_email,
    to_char(c.added_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_char(c.screened_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), p.summary
FROM candidates c JOIN profiles p ON p.id = c.profile_id WHERE c.search_id = %(search_id)s
ORDER BY c.score DESC NULLS LAST, c.id DESC;

-- first_candidates --
-- Some people of a search.
SELECT id FROM candidates WHERE search_id = %(search_id)s ORDER BY id LIMIT %(limit)s;

-- rows_of_candidates --
-- The same cells as values, for a writer that takes them so.
SELECT p.full_name, p.first_name, p.last_name, p.title, p.company, p.location, p.country, p.industry, p.headline,
    p.email, p.phone, p.linkedin_url, p.skills, p.years_experience::float8 AS years_experience,
    p.current_tenure_months, p.average_tenure_months, c.score::float8 AS score, c.fit, c.stage, c.filter_status,
    c.tags, c.note_count, p.source, c.has_email, to_char(c.added_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS added_at,
    to_char(c.screened_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS screened_at, p.summary
FROM candidates c JOIN profiles p ON p.id = c.profile_id
WHERE c.search_id = %(search_id)s AND c.id = ANY (%(ids)s) ORDER BY c.id;

-- company_names --
-- Names of companies, to make lists of.
SELECT DISTINCT company FROM profiles WHERE company <> '' ORDER BY company;

-- people_of_search --
-- Names, companies and addresses, to make lists of.
SELECT p.full_name, p.company, u.url_key FROM candidates c JOIN profiles p ON p.id = c.profile_id
LEFT JOIN profile_urls u ON u.profile_id = p.id
WHERE c.search_id = %(search_id)s AND p.company <> '' ORDER BY c.id;

-- entries_of_list --
-- A list as the plain program takes it.
SELECT id, label, url_key, email_key, company FROM list_entries WHERE list_id = %(list_id)s AND to_version IS NULL;

-- title_terms --
-- The words that titles are judged by.
SELECT term, says, rank, cancels FROM title_terms;

-- rows_for_reference --
-- One of so many people of a search, as the plain program takes them.
SELECT c.id, p.full_name, p.title, p.company, p.location, p.country, p.headline, p.skills, p.email, p.phone,
    p.linkedin_url, coalesce((SELECT min(url_key) FROM profile_urls u WHERE u.profile_id = p.id), ''), p.source,
    p.years_experience::float8, p.current_tenure_months, p.average_tenure_months,
    coalesce((SELECT jsonb_agg(jsonb_build_array(o.company, o.started_on, o.is_current)) FROM positions o
        WHERE o.profile_id = p.id), '[]')
FROM candidates c JOIN profiles p ON p.id = c.profile_id
WHERE c.search_id = %(search_id)s AND c.id %% %(every)s = 0 ORDER BY c.id;

-- run_ms --
-- How long a run took until it was done.
SELECT extract(epoch FROM finished_at - started_at)::float8 * 1000 AS ms FROM runs WHERE id = %(run_id)s;

-- fetch_candidate_ids --
-- Everyone of a search.
SELECT id FROM candidates WHERE search_id = %(search_id)s ORDER BY id;

-- digest_screening --
-- What a screening came to: people done, decisions, people decided about twice, people without a score or a verdict.
SELECT count(*) FILTER (WHERE i.state = 'done') AS done,
    (SELECT count(*) FROM ai_decisions d WHERE d.run_id = %(run_id)s) AS decisions,
    (SELECT count(*) FROM (SELECT FROM ai_decisions d WHERE d.run_id = %(run_id)s
        GROUP BY d.candidate_id HAVING count(*) > 1) AS t) AS twice,
    count(*) FILTER (WHERE c.screened_at IS NULL
        OR NOT EXISTS (SELECT FROM verdicts v WHERE v.candidate_id = c.id)) AS without
FROM screening_items i JOIN candidates c ON c.id = i.candidate_id
WHERE i.run_id = %(run_id)s;

-- judge_everyone --
-- Everyone of a search has a verdict on each criterion: mostly pass, by chance that is the same each time.
WITH judged AS (
    INSERT INTO verdicts (candidate_id, criterion_id, input_hash, model, prompt_version, verdict)
    SELECT c.id, k.id, '', %(model)s, 'benchmark', (ARRAY['pass', 'pass', 'unknown', 'fail'])[
        1 + mod(abs(hashint8(c.id * 31 + k.id)::bigint), 4)]
    FROM candidates c, criteria k WHERE c.search_id = %(search_id)s::uuid AND k.rubric_id = %(rubric_id)s
    RETURNING candidate_id
), screened AS (
    UPDATE candidates SET screened_at = now() WHERE search_id = %(search_id)s::uuid
)
SELECT FROM judged;

-- vacuum_verdicts --
-- As the database does by itself after a while.
VACUUM (ANALYZE) verdicts, candidates;

-- count_connections --
-- How many connections a process of a name still has.
SELECT count(*) AS connections FROM pg_stat_activity WHERE application_name = %(name)s;

-- fetch_launch_state --
-- Where the newest launch of an agent stands.
SELECT state, run_id FROM vendor_launches WHERE agent_id = %(agent_id)s ORDER BY id DESC LIMIT 1;
