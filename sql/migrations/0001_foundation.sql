-- People, searches, candidates, runs. Forward only.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- Keys: one order and one notion of "equal" on every server, whatever its locale. ts_lexize is the
-- immutable way to call unaccent; it gives NULL where there is nothing to take off. The functions
-- here are not STRICT, so that they are inlined into generated columns (a fifth of the time).
CREATE FUNCTION sx_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(coalesce((ts_lexize('public.unaccent'::regdictionary, value))[1], value) COLLATE pg_catalog.pg_c_utf8);

-- Words: as sx_key, with what recruiters type as one word kept as one ("C++", "C#", ".NET") and
-- every other sign a space, so that the text search parser sees plain words only.
CREATE FUNCTION sx_words(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
    replace(replace(replace(sx_key(value), 'c++', 'cplusplus'), 'c#', 'csharp'), '.net', ' dotnet')
        COLLATE pg_catalog.pg_c_utf8, '[^[:alnum:]]{2,}|[^[:alnum:] ]', ' ', 'g');

-- xsepx stands between fields and between skills, so that a "phrase" never spans two of them.
CREATE FUNCTION sx_join(words text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_string(words, ' xsepx ');

-- One term of the search box: its words side by side, the last one open where prefix is true.
CREATE FUNCTION sx_tsquery(term text, prefix boolean) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN btrim(sx_words(term)) = '' THEN ''::tsquery
    ELSE to_tsquery('pg_catalog.simple',
        '''' || replace(btrim(sx_words(term)), ' ', ''' <-> ''') || '''' || CASE WHEN prefix THEN ':*' ELSE '' END)
    END;

-- Any of several terms, each as in sx_tsquery.
CREATE FUNCTION sx_any_tsquery(terms text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(string_agg('( ' || q::text || ' )', ' | ')::tsquery, ''::tsquery)
    FROM (SELECT sx_tsquery(t, false) AS q FROM unnest(terms) AS t) AS parsed WHERE numnode(q) > 0;
END;

-- LIKE patterns on key columns. The signs are escaped after the key is made: unaccent turns
-- full-width signs into plain ones.
CREATE FUNCTION sx_escape(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN replace(replace(replace(sx_key(value), '\', '\\'), '%', '\%'), '_', '\_');
CREATE FUNCTION sx_keys(terms text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(sx_key(t)), '{}') FROM unnest(terms) AS t;
END;
CREATE FUNCTION sx_contains(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN '%' || sx_escape(value) || '%';
CREATE FUNCTION sx_starts(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN sx_escape(value) || '%';
CREATE FUNCTION sx_ends(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN '%' || sx_escape(value);

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('recruiter', 'admin', 'viewer')),
    password_hash text,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz
);
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE login_links (
    token_hash bytea PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE sign_in_attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email_hash bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_attempts_email ON sign_in_attempts (email_hash, at);

CREATE TABLE searches (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id bigint NOT NULL REFERENCES users,
    title text NOT NULL CHECK (title <> '' AND length(title) <= 200),
    source text NOT NULL DEFAULT '',
    source_ref text NOT NULL DEFAULT '',
    profile_count integer NOT NULL DEFAULT 0,
    visibility text NOT NULL DEFAULT 'team' CHECK (visibility IN ('private', 'team', 'named')),
    job_description text NOT NULL DEFAULT '',
    data_version bigint NOT NULL DEFAULT 1,
    archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX searches_user ON searches (user_id);

CREATE TABLE search_members (
    search_id uuid NOT NULL REFERENCES searches ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (search_id, user_id)
);

CREATE TABLE user_sessions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash bytea NOT NULL UNIQUE,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    current_search_id uuid REFERENCES searches ON DELETE SET NULL,
    filter_settings jsonb NOT NULL DEFAULT '{}',
    last_active timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE INDEX user_sessions_user ON user_sessions (user_id);

CREATE TABLE user_preferences (
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    name text NOT NULL,
    value jsonb NOT NULL,
    PRIMARY KEY (user_id, name),
    CHECK (length(value::text) <= 10240)
);

-- Who may see a search: the one predicate that every query on a search uses.
CREATE FUNCTION search_visible(search searches, viewer bigint, viewer_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (search).user_id = viewer OR viewer_role = 'admin' OR (search).visibility = 'team'
    OR ((search).visibility = 'named' AND EXISTS (
        SELECT FROM search_members m WHERE m.search_id = (search).id AND m.user_id = viewer));

-- Who may change what is in it: whoever sees it, except viewers.
CREATE FUNCTION search_editable(search searches, editor bigint, editor_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN editor_role <> 'viewer' AND search_visible(search, editor, editor_role);

CREATE TABLE profiles (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    full_name text NOT NULL CHECK (length(full_name) <= 200),
    first_name text NOT NULL DEFAULT '' CHECK (length(first_name) <= 200),
    last_name text NOT NULL DEFAULT '' CHECK (length(last_name) <= 200),
    headline text NOT NULL DEFAULT '' CHECK (length(headline) <= 500),
    title text NOT NULL DEFAULT '' CHECK (length(title) <= 300),
    company text NOT NULL DEFAULT '' CHECK (length(company) <= 300),
    location text NOT NULL DEFAULT '' CHECK (length(location) <= 300),
    country text NOT NULL DEFAULT '' CHECK (length(country) <= 100),
    industry text NOT NULL DEFAULT '' CHECK (length(industry) <= 200),
    summary text NOT NULL DEFAULT '' CHECK (length(summary) <= 20000),
    email text NOT NULL DEFAULT '' CHECK (length(email) <= 320),
    phone text NOT NULL DEFAULT '' CHECK (length(phone) <= 50),
    linkedin_url text NOT NULL DEFAULT '' CHECK (length(linkedin_url) <= 1000),
    skills text[] NOT NULL DEFAULT '{}' CHECK (cardinality(skills) <= 100),
    years_experience numeric(4, 1),
    current_tenure_months smallint,
    average_tenure_months smallint,
    source text NOT NULL DEFAULT '',
    collected_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    name_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (sx_key(full_name)) STORED,
    last_name_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (sx_key(last_name)) STORED,
    title_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (sx_key(title)) STORED,
    company_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (sx_key(company)) STORED,
    location_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (sx_key(location)) STORED
);
CREATE INDEX profiles_email ON profiles (lower(email)) WHERE email <> '';

-- What the search box looks through, by weight: name; title, company; headline, skills; location.
-- A function, not a column: only candidates keep it, and a narrow profile is read faster.
CREATE FUNCTION search_tsv(person profiles) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('pg_catalog.simple', sx_words((person).full_name || ' xsepx ')), 'A')
    || setweight(to_tsvector('pg_catalog.simple',
        sx_words((person).title || ' xsepx ' || (person).company || ' xsepx ')), 'B')
    || setweight(to_tsvector('pg_catalog.simple',
        sx_words((person).headline || ' xsepx ' || sx_join((person).skills) || ' xsepx ')), 'C')
    || setweight(to_tsvector('pg_catalog.simple', sx_words((person).location)), 'D');

CREATE TABLE profile_urls (
    url_key text PRIMARY KEY,
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE
);
CREATE INDEX profile_urls_profile ON profile_urls (profile_id);

CREATE TABLE positions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    title text NOT NULL DEFAULT '',
    company text NOT NULL DEFAULT '',
    location text NOT NULL DEFAULT '',
    started_on date,
    ended_on date,
    is_current boolean NOT NULL DEFAULT false,
    description text NOT NULL DEFAULT ''
);
CREATE INDEX positions_profile ON positions (profile_id);

CREATE TABLE educations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    school text NOT NULL DEFAULT '',
    degree text NOT NULL DEFAULT '',
    field_of_study text NOT NULL DEFAULT '',
    started_on date,
    ended_on date
);
CREATE INDEX educations_profile ON educations (profile_id);

-- The heavy part, read only when a person is opened.
CREATE TABLE profile_raw (
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    source text NOT NULL,
    raw jsonb NOT NULL,
    fetched_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (profile_id, source)
);

-- A person within a search. What the grid sorts or filters by stands here too, so that one index
-- (search_id, column, id) gives one sort; display text stays in profiles.
-- changed_by and changed_xid are of the last action of a person (stage, tags, out or in): they tell exactly
-- whether one was taken after a list was made (pg_visible_in_snapshot). What the product writes by itself,
-- scores, notes' counts, profiles' keys, leaves them alone: else it would hide whose action came last.
CREATE TABLE candidates (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    search_id uuid NOT NULL REFERENCES searches ON DELETE CASCADE,
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    filter_rule_id bigint,
    changed_by bigint,
    changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    added_at timestamptz NOT NULL DEFAULT now(),
    stage_changed_at timestamptz,
    screened_at timestamptz,
    note_count integer NOT NULL DEFAULT 0,
    current_tenure_months smallint,
    average_tenure_months smallint,
    has_email boolean NOT NULL DEFAULT false,
    filter_status text NOT NULL DEFAULT 'active' CHECK (filter_status = 'active' OR filter_status LIKE 'filtered\_%'),
    stage text NOT NULL DEFAULT 'new'
        CHECK (stage IN ('new', 'shortlisted', 'contacted', 'interviewing', 'hired', 'rejected')),
    fit text CHECK (fit IN ('strong', 'possible', 'weak')),
    score numeric(3, 1) CHECK (score BETWEEN 0 AND 10),
    years_experience numeric(4, 1),
    source text NOT NULL DEFAULT '',
    country text NOT NULL DEFAULT '',
    industry text NOT NULL DEFAULT '',
    name_key text COLLATE "C" NOT NULL,
    last_name_key text COLLATE "C" NOT NULL,
    title_key text COLLATE "C" NOT NULL,
    company_key text COLLATE "C" NOT NULL,
    location_key text COLLATE "C" NOT NULL,
    tags text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 50),
    skills text[] NOT NULL DEFAULT '{}',
    search_tsv tsvector NOT NULL,
    UNIQUE (search_id, profile_id)
) WITH (fillfactor = 92);
CREATE INDEX candidates_profile ON candidates (profile_id);

-- The eight sorts that have an index; docs/decisions/0002 says why these. filter_status rides along
-- so that the usual view (active only) is read from the index alone.
CREATE INDEX candidates_by_name ON candidates (search_id, name_key, id) INCLUDE (filter_status);
CREATE INDEX candidates_by_last_name ON candidates (search_id, last_name_key, id) INCLUDE (filter_status);
CREATE INDEX candidates_by_title ON candidates (search_id, title_key, id) INCLUDE (filter_status);
CREATE INDEX candidates_by_company ON candidates (search_id, company_key, id) INCLUDE (filter_status);
CREATE INDEX candidates_by_location ON candidates (search_id, location_key, id) INCLUDE (filter_status);
CREATE INDEX candidates_by_score ON candidates (search_id, score, id) INCLUDE (filter_status);
CREATE INDEX candidates_by_experience ON candidates (search_id, years_experience, id) INCLUDE (filter_status);
CREATE INDEX candidates_by_added ON candidates (search_id, added_at, id) INCLUDE (filter_status);

-- Small ones for the rare values that the tabs and facets ask for.
CREATE INDEX candidates_staged ON candidates (search_id, stage, id) WHERE stage <> 'new';
CREATE INDEX candidates_filtered ON candidates (search_id, filter_status, id) WHERE filter_status <> 'active';
CREATE INDEX candidates_tagged ON candidates USING gin (tags) WHERE tags <> '{}';

CREATE INDEX candidates_skills ON candidates USING gin (skills);
CREATE INDEX candidates_words ON candidates USING gin (search_tsv);
CREATE INDEX candidates_substrings ON candidates USING gin (
    name_key gin_trgm_ops, company_key gin_trgm_ops, title_key gin_trgm_ops, location_key gin_trgm_ops);

-- Adds people to a search; those already in it stay as they are. Returns the new candidates' ids.
CREATE FUNCTION add_candidates(target uuid, people bigint[], actor bigint) RETURNS SETOF bigint
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO candidates (search_id, profile_id, changed_by, source, country, industry, name_key, last_name_key,
        title_key, company_key, location_key, years_experience, current_tenure_months, average_tenure_months,
        has_email, skills, search_tsv)
    SELECT target, p.id, actor, p.source, p.country, p.industry, p.name_key, p.last_name_key,
        p.title_key, p.company_key, p.location_key, p.years_experience, p.current_tenure_months,
        p.average_tenure_months, p.email <> '', p.skills, p.search_tsv
    FROM profiles p WHERE p.id = ANY (people) ORDER BY p.id
    ON CONFLICT (search_id, profile_id) DO NOTHING
    RETURNING id;
END;

-- Brings the candidates of changed people up to date, in the same transaction as the change.
-- Returns the searches that it touched, for bump_versions.
CREATE FUNCTION sync_candidates(people bigint[]) RETURNS uuid[]
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    WITH now_is AS MATERIALIZED (
        SELECT p.*, p.search_tsv AS words FROM profiles p WHERE p.id = ANY (people)),
    changed AS (
        UPDATE candidates c SET source = p.source, country = p.country, industry = p.industry,
            name_key = p.name_key, last_name_key = p.last_name_key, title_key = p.title_key,
            company_key = p.company_key, location_key = p.location_key, years_experience = p.years_experience,
            current_tenure_months = p.current_tenure_months, average_tenure_months = p.average_tenure_months,
            has_email = p.email <> '', skills = p.skills, search_tsv = p.words
        FROM now_is p
        WHERE p.id = c.profile_id
            AND (c.source, c.country, c.industry, c.name_key, c.last_name_key, c.title_key, c.company_key,
                c.location_key, c.years_experience, c.current_tenure_months, c.average_tenure_months,
                c.has_email, c.skills, c.search_tsv)
            IS DISTINCT FROM (p.source, p.country, p.industry, p.name_key, p.last_name_key, p.title_key,
                p.company_key, p.location_key, p.years_experience, p.current_tenure_months,
                p.average_tenure_months, p.email <> '', p.skills, p.words)
        RETURNING c.search_id)
    SELECT coalesce(array_agg(DISTINCT search_id), '{}') FROM changed;
END;

-- The last statement of a transaction that changed candidates: it locks the search's row.
CREATE FUNCTION bump_version(target uuid) RETURNS bigint
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    UPDATE searches SET data_version = data_version + 1 WHERE id = target RETURNING data_version;
END;

CREATE TABLE runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    search_id uuid REFERENCES searches ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users,
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'paused', 'done', 'failed', 'cancelled')),
    params jsonb NOT NULL DEFAULT '{}',
    total bigint,
    done bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    counts jsonb NOT NULL DEFAULT '{}',
    message text NOT NULL DEFAULT '',
    cancel_requested boolean NOT NULL DEFAULT false,
    attempts integer NOT NULL DEFAULT 0,
    lease_token uuid,
    worker text,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    heartbeat_at timestamptz,
    finished_at timestamptz
);
CREATE INDEX runs_open ON runs (id) WHERE state IN ('queued', 'running', 'paused');
CREATE INDEX runs_user ON runs (user_id, id);
CREATE INDEX runs_search ON runs (search_id, id);

-- One batch = one action of a person that Undo can take back.
CREATE TABLE change_batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    search_id uuid NOT NULL REFERENCES searches ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users,
    run_id bigint REFERENCES runs ON DELETE SET NULL,
    action text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz
);
CREATE TABLE changes (
    batch_id bigint NOT NULL REFERENCES change_batches ON DELETE CASCADE,
    candidate_id bigint NOT NULL,
    field text NOT NULL,
    old jsonb,
    new jsonb,
    PRIMARY KEY (batch_id, candidate_id, field)
);
CREATE INDEX changes_candidate ON changes (candidate_id);

CREATE TABLE notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    candidate_id bigint NOT NULL REFERENCES candidates ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users,
    body text NOT NULL CHECK (body <> '' AND length(body) <= 5000),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notes_candidate ON notes (candidate_id);

CREATE TABLE saved_views (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    search_id uuid REFERENCES searches ON DELETE CASCADE,
    name text NOT NULL CHECK (name <> '' AND length(name) <= 100),
    shared boolean NOT NULL DEFAULT false,
    state jsonb NOT NULL CHECK (length(state::text) <= 10240),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX saved_views_name ON saved_views (user_id, search_id, name) NULLS NOT DISTINCT;

CREATE TABLE uploads (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id bigint NOT NULL REFERENCES users,
    file_name text NOT NULL,
    bytes bigint NOT NULL,
    storage_key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE import_rejects (
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    row_number bigint NOT NULL,
    reason text NOT NULL,
    raw jsonb NOT NULL,
    PRIMARY KEY (run_id, row_number)
);
CREATE TABLE exports (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    search_id uuid NOT NULL REFERENCES searches ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users,
    run_id bigint REFERENCES runs ON DELETE SET NULL,
    format text NOT NULL,
    file_name text NOT NULL,
    rows bigint NOT NULL,
    bytes bigint NOT NULL,
    storage_key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

CREATE TABLE rubrics (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    search_id uuid NOT NULL REFERENCES searches ON DELETE CASCADE,
    version integer NOT NULL,
    job_description text NOT NULL,
    created_by bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (search_id, version)
);
CREATE TABLE criteria (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rubric_id bigint NOT NULL REFERENCES rubrics ON DELETE CASCADE,
    position integer NOT NULL,
    title text NOT NULL,
    question text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('must', 'should', 'avoid')),
    weight numeric(4, 1) NOT NULL CHECK (weight > 0),
    UNIQUE (rubric_id, position)
);
-- One item = one model call. The rows are the checkpoint: a run goes on from them after a kill.
CREATE TABLE screening_items (
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    candidate_id bigint NOT NULL REFERENCES candidates ON DELETE CASCADE,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'leased', 'done', 'retry', 'dead')),
    lease_token uuid,
    worker text,
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL DEFAULT now(),
    tokens integer NOT NULL DEFAULT 0,
    cost numeric(12, 6) NOT NULL DEFAULT 0,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, candidate_id)
);
CREATE INDEX screening_items_todo ON screening_items (run_id, not_before) WHERE state IN ('pending', 'retry');
CREATE TABLE verdicts (
    candidate_id bigint NOT NULL REFERENCES candidates ON DELETE CASCADE,
    criterion_id bigint NOT NULL REFERENCES criteria ON DELETE CASCADE,
    run_id bigint REFERENCES runs ON DELETE SET NULL,
    input_hash text NOT NULL,
    model text NOT NULL,
    prompt_version text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('pass', 'fail', 'unknown')),
    evidence_field text NOT NULL DEFAULT '',
    evidence_quote text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (candidate_id, criterion_id)
);
CREATE TABLE ai_decisions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    candidate_id bigint NOT NULL,
    rubric_id bigint NOT NULL,
    run_id bigint,
    user_id bigint NOT NULL,
    model text NOT NULL,
    prompt_version text NOT NULL,
    input_hash text NOT NULL,
    output jsonb NOT NULL,
    score numeric(3, 1),
    fit text,
    tokens integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE overrides (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    candidate_id bigint NOT NULL REFERENCES candidates ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users,
    model_fit text,
    fit text NOT NULL CHECK (fit IN ('strong', 'possible', 'weak')),
    reason text NOT NULL CHECK (reason <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE api_usage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    search_id uuid REFERENCES searches ON DELETE SET NULL,
    run_id bigint REFERENCES runs ON DELETE SET NULL,
    vendor text NOT NULL,
    model text NOT NULL DEFAULT '',
    calls integer NOT NULL DEFAULT 1,
    input_tokens integer NOT NULL DEFAULT 0,
    cached_tokens integer NOT NULL DEFAULT 0,
    output_tokens integer NOT NULL DEFAULT 0,
    cost numeric(12, 6) NOT NULL DEFAULT 0,
    outcome text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_usage_user ON api_usage (user_id, created_at);

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint,
    action text NOT NULL,
    subject text NOT NULL DEFAULT '',
    detail jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT now()
);
