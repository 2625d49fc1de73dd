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
