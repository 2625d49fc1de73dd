-- 200,000 people in one search, set by set: enough that a plan that reads them all is the wrong one.
-- Few companies, titles and places have most people, as in life; most people are new, active and untagged.
-- Foreign keys are not checked row by row (this takes a superuser): all rows come from here.
SET session_replication_role = replica;
SET maintenance_work_mem = '256MB';
SET synchronous_commit = off;

INSERT INTO users (email, name, role) VALUES ('alice@example.com', 'Alice Owner', 'recruiter');
INSERT INTO searches (user_id, title) SELECT id, 'Everyone' FROM users;

-- Profiles are only shown here: filters and sorts read candidates. So their keys, which take most of
-- the time of a load, are not computed.
ALTER TABLE profiles ALTER name_key DROP EXPRESSION, ALTER last_name_key DROP EXPRESSION,
    ALTER title_key DROP EXPRESSION, ALTER company_key DROP EXPRESSION, ALTER location_key DROP EXPRESSION;
INSERT INTO profiles (full_name, name_key, last_name_key, title_key, company_key, location_key)
SELECT 'Person ' || n, '', '', '', '', '' FROM generate_series(1, 200000) AS n;

CREATE TEMPORARY TABLE drawn AS
SELECT p.id AS profile_id,
    'first' || chr(97 + ((n * 7) % 26)::int) || (n * 31) % 900 AS first_key,
    CASE WHEN n % 50 = 0 THEN '' ELSE 'last' || md5((sqrt((n * 7919) % 100000000))::int::text) END AS last_key,
    CASE WHEN n % 20 = 0 THEN '' ELSE 'title ' || (array['engineer', 'recruiter', 'nurse'])[1 + n % 3] || ' '
        || (sqrt((n * 104729) % 90000))::int END AS title_key,
    CASE WHEN n % 25 = 0 THEN '' ELSE 'company ' || (sqrt((n * 1299709) % 4000000))::int END AS company_key,
    CASE WHEN n % 30 = 0 THEN '' ELSE 'city ' || (sqrt((n * 15485863) % 160000))::int END AS location_key,
    array['skill ' || (sqrt((n * 32452843) % 10000))::int, 'skill ' || (n * 17) % 150] AS skills, n
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM profiles) AS p;

-- The indexes that need no constraint, made again after the load: seconds instead of a minute.
CREATE TEMPORARY TABLE indexes AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i
WHERE i.indrelid = 'candidates'::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
DO $$
DECLARE entry record;
BEGIN
    FOR entry IN SELECT name FROM indexes LOOP EXECUTE 'DROP INDEX ' || entry.name; END LOOP;
END $$;

INSERT INTO candidates (search_id, profile_id, name_key, last_name_key, title_key, company_key, location_key, skills,
    search_tsv, score, years_experience, stage, filter_status, tags, added_at, source, fit)
SELECT (SELECT id FROM searches), profile_id, first_key || ' ' || last_key, last_key, title_key, company_key,
    location_key, skills,
    to_tsvector('pg_catalog.simple', first_key || ' ' || title_key || ' ' || company_key || ' '
        || replace(sx_join(skills), 'skill ', 'skill') || CASE WHEN n % 20000 = 7 THEN ' zymurgy' ELSE '' END),
    CASE WHEN n % 5 < 2 THEN NULL ELSE (n * 13) % 101 / 10.0 END,
    CASE WHEN n % 10 = 0 THEN NULL ELSE (n * 11) % 400 / 10.0 END,
    CASE WHEN n % 100 < 97 THEN 'new' ELSE (array['shortlisted', 'contacted', 'rejected'])[1 + n % 3] END,
    CASE WHEN n % 8 = 0 THEN 'filtered_exclusion' ELSE 'active' END,
    CASE WHEN n % 200 = 7 THEN array['call'] ELSE '{}' END,
    timestamptz '2026-01-01' + make_interval(secs => n * 37), CASE n % 3 WHEN 0 THEN 'linkedin' ELSE 'csv' END,
    CASE WHEN n % 5 < 2 THEN NULL ELSE 'possible' END
FROM drawn ORDER BY profile_id;
UPDATE searches SET profile_count = 200000;

DO $$
DECLARE entry record;
BEGIN
    FOR entry IN SELECT definition FROM indexes LOOP EXECUTE entry.definition; END LOOP;
END $$;

-- Two of every three are screened by a criterion: half of them by its first version only, all others by both. Some are
-- also by six others.
INSERT INTO rubrics (search_id, version, job_description, created_by)
SELECT s.id, v, 'A job', s.user_id FROM searches s, generate_series(1, 2) AS v;
INSERT INTO criteria (rubric_id, position, title, question, kind, weight)
SELECT id, 1, 'Python', 'Python?', 'must', 1 FROM rubrics
UNION ALL SELECT max(id), n, 'Other', 'Other ' || n, 'must', 1 FROM rubrics, generate_series(2, 7) AS n GROUP BY n;
INSERT INTO verdicts (candidate_id, criterion_id, input_hash, model, prompt_version, verdict, decided)
SELECT c.id, k.id, '', '', '', (array['pass', 'fail', 'unknown'])[1 + c.id / 7 % 3], CASE WHEN c.id % 1000 = 1 THEN 'fail' END
FROM criteria k JOIN rubrics r ON r.id = k.rubric_id JOIN candidates c ON c.profile_id % 3 > 0
WHERE CASE WHEN k.position > 1 THEN c.profile_id % 5 = 1 ELSE r.version = 1 OR c.profile_id % 2 = 0 END;
