-- fetch_columns --
-- Which columns the tables have, of those that are looked for, by the tables' names.
SELECT c.relname::text AS "table", a.attname::text AS name, t.typname::text AS type
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND c.relname = ANY (%(tables)s::text[])
ORDER BY 1, 2 LIMIT 2000;

-- unhurried --
-- Tables of raw data take their time, each statement by itself; and between two of them people are imported.
SELECT set_config('statement_timeout', '600000', false), set_config('idle_in_transaction_session_timeout', '0', false);

-- count_people --
-- How many people there are in all, and how many of them have no address.
SELECT count(*) AS people, count(*) FILTER (WHERE coalesce(btrim(p.linkedin_url), '') = '') AS nameless FROM profiles p;

-- fetch_searches --
-- The searches of before, with how many people each has; the oldest first.
SELECT s.id::text AS key, coalesce(nullif(btrim(to_jsonb(s) ->> 'title'), ''), nullif(btrim(to_jsonb(s) ->> 'name'), ''),
        nullif(btrim(to_jsonb(s) ->> 'source_ref'), ''), '') AS title,
    to_jsonb(s) ->> 'created_at' AS created_at, coalesce(n.people, 0) AS people
FROM searches s LEFT JOIN (
    SELECT p.search_id::text AS search_id, count(*) AS people FROM profiles p WHERE {addressed} GROUP BY 1) AS n
    ON n.search_id = s.id::text
ORDER BY to_jsonb(s) ->> 'created_at', s.id LIMIT %(limit)s;

-- fetch_jobs --
-- The jobs that people were screened for, with how many of them are still there.
SELECT j.key, j.title, j.created_at, j.screened, j.people FROM (
    SELECT {job_key} AS key, coalesce(max(to_jsonb(s) ->> 'jd_title'), '') AS title,
        min(to_jsonb(s) ->> 'screened_at') AS created_at, count(*) AS screened, count(p.linkedin_url) AS people
    FROM screening_results s LEFT JOIN profiles p ON p.linkedin_url = s.linkedin_url AND {addressed}
    GROUP BY 1) AS j
ORDER BY j.created_at NULLS LAST, j.key LIMIT %(limit)s;

-- count_rest --
-- How many people are in none of these.
SELECT count(*) AS people FROM profiles p WHERE {addressed} AND {outside};

-- read_search --
-- The people of a search. This and the next two are read to their end through a cursor, each once: a page at a time by
-- the address read the whole table for each of thousands of searches.
SELECT to_jsonb(p) - %(heavy)s::text[] AS person, NULL AS screening
FROM profiles p WHERE {in_search} AND {addressed};

-- read_job --
-- The people who were screened for a job, with what came of it last.
SELECT to_jsonb(p) - %(heavy)s::text[] AS person, k.screening FROM (
    SELECT DISTINCT ON (s.linkedin_url) s.linkedin_url, to_jsonb(s) AS screening FROM screening_results s
    WHERE {job_key} = %(key)s
    ORDER BY s.linkedin_url, to_jsonb(s) ->> 'screened_at' DESC NULLS LAST) AS k
JOIN profiles p ON p.linkedin_url = k.linkedin_url AND {addressed};

-- read_rest --
-- The people who are in none of these.
SELECT to_jsonb(p) - %(heavy)s::text[] AS person, NULL AS screening
FROM profiles p WHERE {addressed} AND {outside};

-- fetch_history --
-- The history of searches, where it is kept in a table.
SELECT to_jsonb(h) AS entry FROM search_history h ORDER BY to_jsonb(h) ->> 'launched_at', to_jsonb(h) ->> 'csv_name'
LIMIT %(limit)s;

-- addressed --
coalesce(btrim(p.linkedin_url), '') <> ''

-- in_search --
p.search_id = %(key)s::{type}

-- in_search_by_text --
p.search_id::text = %(key)s

-- job_key --
concat_ws('/', coalesce({project}, ''), coalesce({hash}, ''))

-- job_project --
s.source_project::text

-- job_hash --
s.jd_hash::text

-- not_told --
NULL::text

-- anybody --
true

-- outside_searches --
NOT EXISTS (SELECT FROM searches s WHERE s.id::text = p.search_id::text)

-- outside_jobs --
NOT EXISTS (SELECT FROM screening_results s WHERE s.linkedin_url = p.linkedin_url)
