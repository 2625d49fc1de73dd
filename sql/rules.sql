-- title --
-- Conditions of rules: true leaves a candidate out, NULL means that it cannot be known. {terms} and the like
-- are placeholders. c: candidates, p: profiles, h: their jobs, e: their schools.
CASE WHEN c.title_key = '' THEN NULL ELSE (c.title_key COLLATE pg_c_utf8 ~ sx_word_pattern({terms}::text[])) = {has}::boolean END

-- keyword --
-- Words anywhere but in the name.
CASE WHEN c.title_key = '' AND c.company_key = '' AND p.headline = '' AND c.skills = '{{}}' THEN NULL
    ELSE (c.search_tsv @@ sx_keyword_query({terms}::text[])) = {has}::boolean END

-- location --
-- Words of place or country.
CASE WHEN c.location_key = '' AND c.country = '' THEN NULL
    ELSE ((c.location_key || ' ; ' || sx_key(c.country)) COLLATE pg_c_utf8 ~ sx_word_pattern({terms}::text[])) = {has}::boolean END

-- experience --
-- Fewer or more years than wanted.
CASE WHEN c.years_experience IS NULL THEN NULL
    ELSE coalesce(c.years_experience < {low}::numeric, false) OR coalesce(c.years_experience > {high}::numeric, false) END

-- current_tenure --
-- Months in the job of now: too short or too long.
CASE WHEN c.current_tenure_months IS NULL THEN NULL
    ELSE coalesce(c.current_tenure_months < {low}::integer, false)
        OR coalesce(c.current_tenure_months > {high}::integer, false) END

-- job_hopper --
-- Short stays on average, or many moves of late. A move is the start of a job after the first one known. Moves
-- that are known can only become more; an average, or too few moves, says nothing where jobs are missing.
(CASE WHEN {average}::integer IS NULL THEN false WHEN NOT history_complete(h.jobs, src.one_earlier) THEN NULL
    ELSE c.average_tenure_months < {average}::integer END)
OR (CASE WHEN {moves}::integer IS NULL THEN false
    WHEN coalesce(h.{recent} - (h.first_start >= {since}::date)::integer, 0) >= {moves}::integer THEN true
    WHEN NOT history_complete(h.jobs, src.one_earlier) OR h.undated > 0 THEN NULL ELSE false END)

-- level --
-- By the words of the title.
CASE WHEN c.title_key = '' THEN NULL ELSE coalesce(v.level, 'individual') = ANY ({levels}::text[]) END

-- freelance --
-- By words of title, company, headline and skills.
CASE WHEN c.title_key = '' AND c.company_key = '' AND p.headline = '' THEN NULL
    ELSE c.search_tsv @@ (SELECT sx_keyword_query(array_agg(term)) FROM title_terms WHERE says = 'freelance') END

-- consulting --
-- By the words of the title.
CASE WHEN c.title_key = '' THEN NULL ELSE coalesce(v.consulting, false) END

-- school --
-- Words of any school's name.
CASE WHEN e.schools IS NULL THEN NULL ELSE (e.schools COLLATE pg_c_utf8 ~ sx_word_pattern({terms}::text[])) = {has}::boolean END

-- contacted --
-- Someone else has been in touch: a list of those is made first.
{met} IS NOT NULL

-- missing --
-- Nothing filled in.
array_remove(ARRAY[
    CASE WHEN NOT c.has_email THEN 'email' END, CASE WHEN p.phone = '' THEN 'phone' END,
    CASE WHEN p.linkedin_url = '' THEN 'linkedin_url' END, CASE WHEN c.title_key = '' THEN 'title' END,
    CASE WHEN c.company_key = '' THEN 'company' END, CASE WHEN c.location_key = '' THEN 'location' END,
    CASE WHEN c.skills = '{{}}' THEN 'skills' END, CASE WHEN c.years_experience IS NULL THEN 'years_experience' END,
    CASE WHEN c.current_tenure_months IS NULL THEN 'current_tenure_months' END], NULL) && {fields}::text[]

-- company_now --
-- The company of now is on a list. Blank is unknown.
CASE WHEN c.company_key = '' THEN NULL ELSE ({met} IS NOT NULL) = {listed}::boolean END

-- company_before --
-- An earlier company is on a list; "no" only where the jobs are known.
CASE WHEN {met} IS NOT NULL THEN {listed}::boolean WHEN history_complete(h.jobs, src.one_earlier) THEN NOT {listed}::boolean END

-- company_ever --
-- The company of now or an earlier one.
CASE WHEN {met} IS NOT NULL THEN {listed}::boolean
    WHEN history_complete(h.jobs, src.one_earlier) AND c.company_key <> '' THEN NOT {listed}::boolean END

-- school_listed --
-- A school is on a list.
CASE WHEN e.schools IS NULL THEN NULL ELSE ({met} IS NOT NULL) = {listed}::boolean END

-- person_listed --
-- The person is on a list, by address, e-mail, or name and company; unknown for who has none of them.
CASE WHEN {met} IS NOT NULL THEN {listed}::boolean WHEN c.tells_nothing THEN NULL ELSE NOT {listed}::boolean END

-- with_who --
-- Parts of the statement that judges everyone of a search by all rules at once: whom it is about, read once,
-- with what is decided by the row alone. What comes after it carries few columns.
who AS MATERIALIZED (
    SELECT c.id, c.profile_id, c.filter_status{facts}
    FROM candidates c {people} WHERE {scope}
)

-- of_company --
-- What is known of them that rules in use ask for: of the company of now.
, c.company_key

-- of_title --
-- The title.
, c.title_key

-- of_place --
-- The place.
, c.location_key, c.country

-- of_history --
-- What says how they change jobs.
, c.source, c.average_tenure_months

-- of_person --
-- What people are known by, and whether there is anything.
, c.name_key, p.linkedin_url <> '' AS has_url,
    p.linkedin_url = '' AND NOT c.has_email AND (c.company_key = '' OR c.name_key = '') AS tells_nothing

-- with_jobs --
-- Their jobs.
jobs AS MATERIALIZED (
    SELECT o.profile_id, o.company, o.started_on, o.is_current FROM who JOIN positions o ON o.profile_id = who.profile_id
)

-- with_sources --
-- What is known of each source, once.
sources AS MATERIALIZED (
    SELECT d.source, tells_one_earlier_job(d.source) AS one_earlier FROM (SELECT DISTINCT source FROM who) AS d
)

-- with_history --
-- What their jobs say.
history AS MATERIALIZED (
    SELECT profile_id, min(started_on) AS first_start, count(*) AS jobs,
        count(*) FILTER (WHERE started_on IS NULL) AS undated{recent}
    FROM jobs GROUP BY profile_id
)

-- recent_starts --
-- One more thing that jobs say: how many began of late.
, count(*) FILTER (WHERE started_on >= {since}::date) AS {recent}

-- with_each_title --
-- Their titles.
each_title AS MATERIALIZED (SELECT DISTINCT title_key FROM who)

-- with_said --
-- What is said by the words of each distinct title.
said AS MATERIALIZED (
    WITH split AS (
        SELECT title_key, string_to_array(CASE WHEN title_key ~ '[^a-z0-9 ]|  '
            THEN regexp_replace(title_key COLLATE pg_c_utf8, '[^[:alnum:]]+', ' ', 'g') ELSE title_key END, ' ') AS words
        FROM each_title OFFSET 0),
    pairs AS MATERIALIZED (
        SELECT title_key, word COLLATE "C" AS word, (word || ' ' || next) COLLATE "C" AS both
        FROM (SELECT title_key, unnest(words) AS word, unnest(words[2 :]) AS next FROM split) AS u)
    SELECT p.title_key, w.term, w.says, w.rank, w.cancels FROM pairs p JOIN title_terms w ON w.term = p.word
    UNION ALL
    SELECT p.title_key, w.term, w.says, w.rank, w.cancels FROM pairs p JOIN title_terms w ON w.term = p.both
), levels AS MATERIALIZED (
    SELECT s.title_key, (array_agg(s.says ORDER BY s.rank) FILTER (WHERE s.rank > 0))[1] AS level,
        bool_or(s.says = 'consulting') AS consulting
    FROM said s
    WHERE NOT EXISTS (SELECT FROM said x WHERE x.title_key = s.title_key AND x.cancels = s.term)
    GROUP BY s.title_key
)

-- with_titles --
-- Conditions that only depend on the title, for each distinct one.
titles AS MATERIALIZED (
    SELECT c.title_key, {facts} FROM each_title c {joins}
)

-- join_titles --
-- By title.
JOIN titles ON titles.title_key = c.title_key

-- join_levels --
-- What its words say.
LEFT JOIN levels v ON v.title_key = c.title_key

-- with_places --
-- Conditions that only depend on the place, for each distinct one.
places AS MATERIALIZED (
    SELECT c.location_key, c.country, {facts} FROM (SELECT DISTINCT location_key, country FROM who) AS c
)

-- join_places --
-- By place.
JOIN places ON places.location_key = c.location_key AND places.country = c.country

-- with_studies --
-- Their schools, one row each.
studies AS MATERIALIZED (
    SELECT e.profile_id, e.school FROM who JOIN educations e ON e.profile_id = who.profile_id WHERE e.school <> ''
)

-- with_schools --
-- Their schools in one text.
schools AS MATERIALIZED (
    SELECT profile_id, string_agg(sx_key(school), ' ; ' ORDER BY school) AS schools FROM studies GROUP BY profile_id
)

-- with_names_now --
-- The names of companies of now, each compared once.
names_now AS MATERIALIZED (
    SELECT n.name, sx_company(n.name) AS norm FROM (SELECT DISTINCT company_key AS name FROM who WHERE company_key <> '') AS n
)

-- with_names_before --
-- The names of earlier companies.
names_before AS MATERIALIZED (
    SELECT n.name, sx_company(n.name) AS norm
    FROM (SELECT DISTINCT company AS name FROM jobs WHERE company <> '' AND NOT is_current) AS n
)

-- with_names_school --
-- The names of schools.
names_school AS MATERIALIZED (
    SELECT n.name, sx_company(n.name) AS norm FROM (SELECT DISTINCT school AS name FROM studies) AS n
)

-- with_entries --
-- A list's entries as of a version, under all their names.
{entries} AS MATERIALIZED (
    SELECT e.id, e.name_key AS key FROM list_entries e
    WHERE e.list_id = {list_id}::bigint AND e.from_version <= {list_version}::integer
        AND (e.to_version IS NULL OR e.to_version > {list_version}::integer)
    UNION ALL
    SELECT e.id, a.other FROM list_entries e
    JOIN (SELECT name_key AS key, same_as_key AS other FROM aliases WHERE holds = {holds}
        UNION ALL SELECT same_as_key, name_key FROM aliases WHERE holds = {holds}) AS a ON a.key = e.name_key
    WHERE e.list_id = {list_id}::bigint AND e.from_version <= {list_version}::integer
        AND (e.to_version IS NULL OR e.to_version > {list_version}::integer)
)

-- with_exact --
-- Names that are on the list.
{matches} AS MATERIALIZED (
    SELECT n.name, min(e.id) AS entry_id FROM {names} n JOIN {entries} e ON e.key = n.norm GROUP BY n.name
)

-- with_contains --
-- Names that hold one of the list's as whole words.
{matches} AS MATERIALIZED (
    SELECT n.name, min(e.id) AS entry_id
    FROM {names} n CROSS JOIN LATERAL sx_runs(n.norm, 8) AS r (run) JOIN {entries} e ON e.key = r.run GROUP BY n.name
)

-- with_fuzzy --
-- Names that are like one of the list's: trigrams in common as a share of all (pg_trgm's similarity). Two sets
-- that are that alike share one of the rarest trigrams of either (prefix filtering), so few pairs are compared.
{matches} AS MATERIALIZED (
    WITH texts AS MATERIALIZED (
        SELECT DISTINCT key AS text, true AS listed FROM {entries}
        UNION ALL SELECT DISTINCT norm, false FROM {names}),
    grams AS MATERIALIZED (
        SELECT t.text, t.listed, g.gram, count(*) OVER (PARTITION BY g.gram) AS frequency
        FROM texts t CROSS JOIN LATERAL unnest(show_trgm(t.text)) AS g (gram)),
    ranked AS (
        SELECT text, listed, gram, row_number() OVER (PARTITION BY listed, text ORDER BY frequency, gram) AS place,
            count(*) OVER (PARTITION BY listed, text) AS size
        FROM grams),
    rare AS MATERIALIZED (
        SELECT text, listed, gram, size FROM ranked WHERE place <= size - ceil(({threshold}::float8 - 1e-6) * size) + 1),
    pairs AS MATERIALIZED (
        SELECT DISTINCT l.text AS key, n.text AS norm
        FROM rare l JOIN rare n ON n.gram = l.gram AND l.listed AND NOT n.listed
            AND n.size >= ({threshold}::float8 - 1e-6) * l.size AND l.size >= ({threshold}::float8 - 1e-6) * n.size),
    alike AS MATERIALIZED (
        SELECT key, norm, similarity(key, norm) AS alike FROM pairs WHERE similarity(key, norm) >= {threshold}::real)
    SELECT n.name, (array_agg(e.id ORDER BY a.alike DESC, e.id))[1] AS entry_id
    FROM {names} n JOIN alike a ON a.norm = n.norm JOIN {entries} e ON e.key = a.key GROUP BY n.name
)

-- with_hits_before --
-- Who worked there before.
{hits} AS MATERIALIZED (
    SELECT j.profile_id, min(m.entry_id) AS entry_id FROM jobs j JOIN {matches} m ON m.name = j.company
    WHERE NOT j.is_current GROUP BY j.profile_id
)

-- with_hits_school --
-- Who went there.
{hits} AS MATERIALIZED (
    SELECT s.profile_id, min(m.entry_id) AS entry_id FROM studies s JOIN {matches} m ON m.name = s.school
    GROUP BY s.profile_id
)

-- listed_people --
-- The entries of a list of people as of a version.
SELECT {n}::integer AS n, e.id, e.url_key, e.email_key, e.name_key, e.company_key FROM list_entries e
WHERE e.list_id = {list_id}::bigint AND e.from_version <= {list_version}::integer
    AND (e.to_version IS NULL OR e.to_version > {list_version}::integer)

-- with_hits_people --
-- Who is on a list of people, for all such lists at once. Name and company do not count where both sides have an
-- address, and so could tell: names are compared only of those who have none, or who work where an entry without
-- one does.
hits_people AS MATERIALIZED (
    WITH listed AS MATERIALIZED ({listed}),
    companies AS MATERIALIZED (
        SELECT n.name, n.norm, l.some_without
        FROM names_now n JOIN (
            SELECT company_key, bool_or(url_key = '') AS some_without FROM listed
            WHERE name_key <> '' AND company_key <> '' GROUP BY company_key) AS l ON l.company_key = n.norm),
    persons AS MATERIALIZED (
        SELECT c.profile_id, c.has_url, n.norm AS company, sx_person(c.name_key) AS name
        FROM who c JOIN companies n ON n.name = c.company_key
        WHERE c.name_key <> '' AND (n.some_without OR NOT c.has_url)),
    found AS (
        SELECT l.n, u.profile_id, l.id FROM listed l JOIN profile_urls u ON u.url_key = l.url_key WHERE l.url_key <> ''
        UNION ALL
        SELECT l.n, p.id, l.id FROM listed l JOIN profiles p ON lower(p.email) = l.email_key
        WHERE l.email_key <> '' AND p.email <> ''
        UNION ALL
        SELECT l.n, s.profile_id, l.id FROM listed l
        JOIN persons s ON s.name = l.name_key AND s.company = l.company_key AND (l.url_key = '' OR NOT s.has_url)
        WHERE l.name_key <> '' AND l.company_key <> '')
    SELECT n, profile_id, min(id) AS entry_id FROM found GROUP BY n, profile_id
)

-- with_hits_contacted --
-- Whom someone else contacted since a day, in any other search that the actor may see: a stage that says so, or a
-- note. Only the Undo of what a job did can have failed on its way. Asked of what happened since, which is less than
-- asking for each person; OFFSET 0: looked up one by one, since the statement has nested loops off, and reading
-- everyone of all searches would be the other way.
{hits} AS MATERIALIZED (
    WITH others AS MATERIALIZED (
        SELECT s.id FROM searches s WHERE s.id <> %(search_id)s AND search_visible(s, %(actor)s, %(role)s)
    ), touched AS (
        -- Stages from before there was a log of changes.
        SELECT o.profile_id FROM others JOIN candidates o ON o.search_id = others.id AND o.stage <> 'new'
        WHERE o.stage IN ('contacted', 'interviewing', 'hired') AND o.stage_changed_at >= {since}::timestamptz
            AND o.changed_by IS DISTINCT FROM %(actor)s
            AND (SELECT NOT EXISTS (SELECT FROM changes h WHERE h.candidate_id = o.id AND h.field = 'stage'))
        UNION ALL
        SELECT o.profile_id FROM others JOIN change_batches b ON b.search_id = others.id
        CROSS JOIN LATERAL (
            SELECT h.candidate_id FROM changes h
            WHERE h.batch_id = b.id AND h.field = 'stage' AND h.new #>> '{{}}' IN ('contacted', 'interviewing', 'hired')
            OFFSET 0) AS h
        CROSS JOIN LATERAL (SELECT c.profile_id FROM candidates c WHERE c.id = h.candidate_id OFFSET 0) AS o
        WHERE b.created_at >= {since}::timestamptz AND b.user_id <> %(actor)s
            AND (b.undone_at IS NULL OR b.run_id IS NOT NULL AND NOT batch_undone(b))
        UNION ALL
        SELECT o.profile_id FROM notes n
        CROSS JOIN LATERAL (SELECT c.profile_id, c.search_id FROM candidates c WHERE c.id = n.candidate_id OFFSET 0) AS o
        JOIN others ON others.id = o.search_id
        WHERE n.user_id <> %(actor)s AND n.created_at >= {since}::timestamptz
    )
    SELECT DISTINCT profile_id FROM touched
)

-- with_by_company --
-- What lists say of each company that is on one: a column for each rule.
by_company AS MATERIALIZED (
    SELECT name, {columns} FROM ({found}) AS f (n, name, entry_id) GROUP BY name
)

-- found_company --
-- The companies that one rule's list holds.
SELECT {n}::integer, name, entry_id FROM {hits}

-- join_by_company --
-- By company.
LEFT JOIN by_company ON by_company.name = c.company_key

-- with_by_person --
-- What is known of each person of whom there is something: a column for each rule.
by_person AS MATERIALIZED (
    SELECT profile_id, {columns} FROM ({found}) AS f (n, profile_id, entry_id) GROUP BY profile_id
)

-- found_person --
-- The people that one rule's list holds.
SELECT {n}::integer, profile_id, entry_id FROM {hits}

-- found_people --
-- The people that lists of people hold, all of these lists.
SELECT n, profile_id, entry_id FROM hits_people

-- found_contacted --
-- The people that someone else contacted.
SELECT {n}::integer, profile_id, 0::bigint FROM {hits}

-- join_by_person --
-- By person.
LEFT JOIN by_person ON by_person.profile_id = c.profile_id

-- met_by --
-- The entry that one rule's list has for them.
min(entry_id) FILTER (WHERE n = {n}) AS {met}

-- join_people --
-- What only profiles have.
JOIN profiles p ON p.id = c.profile_id

-- join_history --
-- What is known of their jobs, and whether their source tells of all of them.
LEFT JOIN history h ON h.profile_id = c.profile_id
JOIN sources src ON src.source = c.source

-- join_schools --
-- What is known of their schools.
LEFT JOIN schools e ON e.profile_id = c.profile_id
