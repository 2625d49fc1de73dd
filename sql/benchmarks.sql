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
WHERE search_id = %(search_id)s AND length(last_name_key) > 6 AND id %% %(step)s = 0 ORDER BY id LIMIT 400;

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
