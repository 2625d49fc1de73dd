-- forget_keys --
-- What a dry run has met.
DELETE FROM dry_run_keys WHERE run_id = %(run_id)s;

-- fetch_keys --
-- Which of these a dry run has met.
SELECT key FROM dry_run_keys WHERE run_id = %(run_id)s AND key = ANY (%(keys)s::bigint[]);

-- insert_keys --
-- Whom a dry run has met.
INSERT INTO dry_run_keys (run_id, key) SELECT %(run_id)s, unnest(%(keys)s::bigint[]) ON CONFLICT DO NOTHING;

-- count_outcomes --
-- What an import would make of these people: who is new in the search, who there would change (as merge_people of
-- imports.sql has it, or in the jobs and schools that were compared before), and who is in other searches.
WITH found AS (
    SELECT c.id IS NULL AS new,
        g.grown OR (
            coalesce(nullif(g.full_name, ''), p.full_name),
            CASE WHEN a.guess_anew THEN g.guess_first
                ELSE coalesce(nullif(g.first_name, ''), nullif(p.first_name, ''), g.guess_first) END,
            CASE WHEN a.guess_anew THEN g.guess_last
                ELSE coalesce(nullif(g.last_name, ''), nullif(p.last_name, ''), g.guess_last) END,
            coalesce(nullif(g.headline, ''), p.headline),
            coalesce(nullif(g.title, ''), p.title),
            coalesce(nullif(g.company, ''), p.company),
            coalesce(nullif(g.location, ''), p.location),
            coalesce(nullif(g.country, ''), p.country),
            coalesce(nullif(g.industry, ''), p.industry),
            coalesce(nullif(g.summary, ''), p.summary),
            coalesce(nullif(g.email, ''), p.email),
            coalesce(nullif(g.phone, ''), p.phone),
            coalesce(nullif(g.public_url, ''), nullif(p.linkedin_url, ''), g.opaque_url),
            CASE WHEN cardinality(g.skills) > 0 THEN g.skills ELSE p.skills END,
            coalesce(g.years_experience, p.years_experience),
            coalesce(g.current_tenure_months, p.current_tenure_months))
        IS DISTINCT FROM (p.full_name, p.first_name, p.last_name, p.headline, p.title, p.company, p.location, p.country,
            p.industry, p.summary, p.email, p.phone, p.linkedin_url, p.skills, p.years_experience,
            p.current_tenure_months) AS different
    FROM jsonb_to_recordset(%(people)s) AS g(profile_id bigint, grown boolean, full_name text, first_name text,
        last_name text, guess_first text, guess_last text, headline text, title text, company text, location text,
        country text, industry text, summary text, email text, phone text, public_url text, opaque_url text,
        skills text[], years_experience numeric(4, 1), current_tenure_months smallint)
    LEFT JOIN profiles p ON p.id = g.profile_id
    CROSS JOIN LATERAL (SELECT g.guess_last <> '' AND p.last_name NOT LIKE '%% %%'
        AND p.full_name = concat_ws(' ', nullif(p.first_name, ''), p.last_name) AS guess_anew) AS a
    LEFT JOIN candidates c ON c.profile_id = p.id AND c.search_id = %(search_id)s::uuid)
SELECT count(*) FILTER (WHERE new) AS added,
    count(*) FILTER (WHERE NOT new AND different) AS changed,
    count(*) FILTER (WHERE NOT new AND NOT different) AS unchanged
FROM found;

-- fetch_positions --
-- The jobs of people who are in the search, as services/people/careers.py has them.
SELECT o.profile_id, o.title, o.company, o.location, o.started_on, o.ended_on, o.is_current, o.description
FROM positions o
WHERE o.profile_id = ANY (%(people)s::bigint[]) AND EXISTS (
    SELECT FROM candidates c WHERE c.profile_id = o.profile_id AND c.search_id = %(search_id)s::uuid)
ORDER BY o.id;

-- fetch_educations --
-- Their schools.
SELECT e.profile_id, e.school, e.degree, e.field_of_study, e.started_on, e.ended_on
FROM educations e
WHERE e.profile_id = ANY (%(people)s::bigint[]) AND EXISTS (
    SELECT FROM candidates c WHERE c.profile_id = e.profile_id AND c.search_id = %(search_id)s::uuid)
ORDER BY e.id;
