-- fetch_editable --
-- The search, when the actor may change what is in it; visible tells a stranger from a viewer.
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

-- find_people --
-- Whom each record names: by its keys, strongest first, else by e-mail, unless the one with this
-- e-mail and the record have different public addresses.
SELECT g.slot, coalesce(by_key.profile_id, by_email.id) AS profile_id
FROM jsonb_to_recordset(%(people)s) AS g(slot int, keys text[], email text, has_public boolean)
LEFT JOIN LATERAL (
    SELECT u.profile_id FROM unnest(g.keys) WITH ORDINALITY AS k(key, place) JOIN profile_urls u ON u.url_key = k.key
    ORDER BY k.place LIMIT 1) AS by_key ON true
LEFT JOIN LATERAL (
    SELECT p.id FROM profiles p
    WHERE by_key.profile_id IS NULL AND g.email <> '' AND p.email <> '' AND lower(p.email) = lower(g.email)
        AND NOT (g.has_public AND EXISTS (
            SELECT FROM profile_urls u WHERE u.profile_id = p.id AND starts_with(u.url_key, 'linkedin.com/')))
    ORDER BY p.id LIMIT 1) AS by_email ON true
WHERE by_key.profile_id IS NOT NULL OR by_email.id IS NOT NULL;

-- merge_people --
-- Adds new people and changes those about whom the file says something new. What the file leaves
-- empty stays as it was. Returns one row for each that was added or changed.
MERGE INTO profiles p
USING (
    SELECT g.slot, g.profile_id, g.source,
        coalesce(nullif(g.full_name, ''), o.full_name) AS full_name,
        coalesce(nullif(g.first_name, ''), nullif(o.first_name, ''), g.guess_first) AS first_name,
        coalesce(nullif(g.last_name, ''), nullif(o.last_name, ''), g.guess_last) AS last_name,
        coalesce(nullif(g.headline, ''), o.headline, '') AS headline,
        coalesce(nullif(g.title, ''), o.title, '') AS title,
        coalesce(nullif(g.company, ''), o.company, '') AS company,
        coalesce(nullif(g.location, ''), o.location, '') AS location,
        coalesce(nullif(g.country, ''), o.country, '') AS country,
        coalesce(nullif(g.industry, ''), o.industry, '') AS industry,
        coalesce(nullif(g.summary, ''), o.summary, '') AS summary,
        coalesce(nullif(g.email, ''), o.email, '') AS email,
        coalesce(nullif(g.phone, ''), o.phone, '') AS phone,
        coalesce(nullif(g.public_url, ''), nullif(o.linkedin_url, ''), g.opaque_url) AS linkedin_url,
        CASE WHEN cardinality(g.skills) > 0 THEN g.skills ELSE coalesce(o.skills, '{}') END AS skills,
        coalesce(g.years_experience, o.years_experience) AS years_experience,
        coalesce(g.current_tenure_months, o.current_tenure_months) AS current_tenure_months
    FROM jsonb_to_recordset(%(people)s) AS g(slot int, profile_id bigint, source text, full_name text,
        first_name text, last_name text, guess_first text, guess_last text, headline text, title text, company text,
        location text, country text, industry text, summary text, email text, phone text, public_url text,
        opaque_url text, skills text[], years_experience numeric(4, 1), current_tenure_months smallint)
    LEFT JOIN profiles o ON o.id = g.profile_id
    ORDER BY g.slot) AS n
ON p.id = n.profile_id
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
WHEN NOT MATCHED THEN INSERT (full_name, first_name, last_name, headline, title, company, location, country,
        industry, summary, email, phone, linkedin_url, skills, years_experience, current_tenure_months, source)
    VALUES (n.full_name, n.first_name, n.last_name, n.headline, n.title, n.company, n.location, n.country,
        n.industry, n.summary, n.email, n.phone, n.linkedin_url, n.skills, n.years_experience,
        n.current_tenure_months, n.source)
RETURNING n.slot, p.id AS profile_id, merge_action() AS action;

-- insert_urls --
-- The keys by which these people are known from now on.
INSERT INTO profile_urls (url_key, profile_id)
SELECT k.key, g.profile_id
FROM jsonb_to_recordset(%(people)s) AS g(profile_id bigint, keys text[]), unnest(g.keys) AS k(key)
ON CONFLICT (url_key) DO NOTHING;

-- upsert_raw --
-- Everything the file says, columns that no field is for included; earlier files' columns stay.
INSERT INTO profile_raw AS r (profile_id, source, raw)
SELECT g.profile_id, g.source, g.raw
FROM jsonb_to_recordset(%(people)s) AS g(profile_id bigint, source text, raw jsonb)
ON CONFLICT (profile_id, source) DO UPDATE SET raw = r.raw || excluded.raw, fetched_at = now()
WHERE r.raw || excluded.raw IS DISTINCT FROM r.raw;

-- end_positions --
-- A current job other than the one in the file is a former one.
UPDATE positions o SET is_current = false
FROM jsonb_to_recordset(%(people)s) AS g(profile_id bigint, title text, company text)
WHERE o.profile_id = g.profile_id AND o.is_current AND g.title <> '' AND g.company <> ''
    AND (sx_key(o.title), sx_key(o.company)) IS DISTINCT FROM (sx_key(g.title), sx_key(g.company));

-- date_positions --
-- When the current job began, where that was not known.
UPDATE positions o SET started_on = g.started_on
FROM jsonb_to_recordset(%(people)s) AS g(profile_id bigint, started_on date)
WHERE o.profile_id = g.profile_id AND o.is_current AND o.started_on IS NULL AND g.started_on IS NOT NULL;

-- insert_positions --
-- The current job of those who have none.
INSERT INTO positions (profile_id, title, company, location, started_on, is_current)
SELECT g.profile_id, g.title, g.company, g.location, g.started_on, true
FROM jsonb_to_recordset(%(people)s)
    AS g(profile_id bigint, title text, company text, location text, started_on date)
WHERE (g.title <> '' OR g.company <> '')
    AND NOT EXISTS (SELECT FROM positions o WHERE o.profile_id = g.profile_id AND o.is_current);

-- fetch_members --
-- Which of these people are in the search already.
SELECT profile_id FROM candidates WHERE search_id = %(search_id)s::uuid AND profile_id = ANY (%(people)s);

-- add_members --
-- Puts people into the search; how many are new in it.
SELECT count(*) AS added FROM add_candidates(%(search_id)s::uuid, %(people)s, %(actor)s);

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
-- A page of the rows that could not be taken.
SELECT row_number, reason, raw FROM import_rejects
WHERE run_id = %(run_id)s AND row_number > %(after)s ORDER BY row_number LIMIT 1000;

-- fetch_columns --
-- The columns of the file of a run.
SELECT params -> 'columns' AS columns FROM runs WHERE id = %(run_id)s;
