-- Who is the same person: probable duplicates, merging with Undo, where each value comes from. Forward only.

-- What people are compared by: hashes of names, addresses and employers in several spellings, made by
-- services/identity_keys.py. Two people who share none of them are never compared.
CREATE TABLE identity_keys (
    key bigint NOT NULL,
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    PRIMARY KEY (key, profile_id)
);
CREATE INDEX identity_keys_profile ON identity_keys (profile_id);

-- Who was compared, as they were then, by which rules: whoever is like this still is not compared again.
CREATE TABLE identity_checks (
    profile_id bigint PRIMARY KEY REFERENCES profiles ON DELETE CASCADE,
    updated_at timestamptz NOT NULL,
    rules smallint NOT NULL
);

-- Two people who may be one. No foreign keys: a merged pair outlives one of its two people. Reasons are
-- codes (layouts/text.py says them in words), never values.
CREATE TABLE duplicate_pairs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_a bigint NOT NULL,
    profile_b bigint NOT NULL,
    score smallint NOT NULL CHECK (score BETWEEN 0 AND 100),
    reasons text[] NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'dismissed')),
    found_at timestamptz NOT NULL DEFAULT now(),
    decided_by bigint REFERENCES users,
    decided_at timestamptz,
    merge_id bigint,
    UNIQUE (profile_a, profile_b),
    CHECK (profile_a < profile_b)
);
CREATE INDEX duplicate_pairs_listed ON duplicate_pairs (state, score DESC, id);
CREATE INDEX duplicate_pairs_b ON duplicate_pairs (profile_b);

-- One merge of two people. undo: what it changed, row by row (see merge_difference), so that it can be
-- taken back; it holds the merged person's data and goes when the survivor does. survivor_id follows the
-- survivor when that one is merged, too.
CREATE TABLE merges (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    survivor_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    kept_id bigint NOT NULL,
    merged_id bigint NOT NULL,
    user_id bigint NOT NULL REFERENCES users,
    members bigint[] NOT NULL,
    folded uuid[] NOT NULL DEFAULT '{}',
    undo jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    undone_by bigint REFERENCES users
);
CREATE INDEX merges_survivor ON merges (survivor_id, id);
CREATE INDEX merges_merged ON merges (merged_id);
CREATE INDEX merges_user ON merges (user_id);

-- Whom an id stands for now: themselves, or the person they were merged into.
CREATE FUNCTION living_profile(given bigint) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((SELECT m.survivor_id FROM merges m WHERE m.merged_id = given AND m.undone_at IS NULL
    ORDER BY m.id DESC LIMIT 1), given);

-- Where a value comes from, for values that are not from when the person was first seen: a later import,
-- or a merge. at: since when the value was known to its source.
CREATE TABLE profile_fields (
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    field text NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL,
    from_profile bigint,
    merge_id bigint,
    PRIMARY KEY (profile_id, field)
);

-- Set-based, on updates only: people who are new, and those a file says nothing new about, cost nothing.
-- Who writes says where from (services/known.py, from_source); merging keeps its own books.
CREATE FUNCTION record_provenance() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO profile_fields AS f (profile_id, field, source, at)
    SELECT n.id, d.field, coalesce(nullif(current_setting('sourcingx.source', true), ''), n.source), now()
    FROM after_rows n JOIN before_rows o ON o.id = n.id
    CROSS JOIN LATERAL (VALUES
        ('full_name', n.full_name IS DISTINCT FROM o.full_name),
        ('headline', n.headline IS DISTINCT FROM o.headline),
        ('title', n.title IS DISTINCT FROM o.title),
        ('company', n.company IS DISTINCT FROM o.company),
        ('location', n.location IS DISTINCT FROM o.location),
        ('country', n.country IS DISTINCT FROM o.country),
        ('industry', n.industry IS DISTINCT FROM o.industry),
        ('summary', n.summary IS DISTINCT FROM o.summary),
        ('email', n.email IS DISTINCT FROM o.email),
        ('phone', n.phone IS DISTINCT FROM o.phone),
        ('linkedin_url', n.linkedin_url IS DISTINCT FROM o.linkedin_url),
        ('skills', n.skills IS DISTINCT FROM o.skills),
        ('years_experience', n.years_experience IS DISTINCT FROM o.years_experience)) AS d (field, changed)
    WHERE d.changed
    ON CONFLICT (profile_id, field) DO UPDATE
        SET source = excluded.source, at = excluded.at, from_profile = NULL, merge_id = NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER profiles_provenance AFTER UPDATE ON profiles
REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
FOR EACH STATEMENT WHEN (current_setting('sourcingx.provenance', true) IS DISTINCT FROM 'off')
EXECUTE FUNCTION record_provenance();

-- Whether someone is in a search that the viewer may see, or may change.
CREATE FUNCTION person_visible(person bigint, viewer bigint, viewer_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM candidates c JOIN searches s ON s.id = c.search_id
    WHERE c.profile_id = person AND search_visible(s, viewer, viewer_role));
CREATE FUNCTION person_editable(person bigint, editor bigint, editor_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM candidates c JOIN searches s ON s.id = c.search_id
    WHERE c.profile_id = person AND search_editable(s, editor, editor_role));

-- Every row about some people and their candidates, as [{t: table, k: primary key, r: row}, …]. A table
-- that refers to profiles or candidates belongs in here; tests/integration/test_merge_undo.py says which are.
CREATE FUNCTION identity_snapshot(people bigint[], members bigint[]) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(jsonb_agg(jsonb_build_object('t', x.t, 'k', x.k, 'r', x.r)), '[]') FROM (
        SELECT 'profiles' AS t, jsonb_build_object('id', p.id) AS k, to_jsonb(p) AS r
        FROM profiles p WHERE p.id = ANY (people)
        UNION ALL SELECT 'profile_urls', jsonb_build_object('url_key', u.url_key), to_jsonb(u)
        FROM profile_urls u WHERE u.profile_id = ANY (people)
        UNION ALL SELECT 'positions', jsonb_build_object('id', o.id), to_jsonb(o)
        FROM positions o WHERE o.profile_id = ANY (people)
        UNION ALL SELECT 'educations', jsonb_build_object('id', e.id), to_jsonb(e)
        FROM educations e WHERE e.profile_id = ANY (people)
        UNION ALL SELECT 'profile_raw', jsonb_build_object('profile_id', w.profile_id, 'source', w.source), to_jsonb(w)
        FROM profile_raw w WHERE w.profile_id = ANY (people)
        UNION ALL SELECT 'profile_fields', jsonb_build_object('profile_id', f.profile_id, 'field', f.field), to_jsonb(f)
        FROM profile_fields f WHERE f.profile_id = ANY (people)
        UNION ALL SELECT 'identity_keys', jsonb_build_object('key', i.key, 'profile_id', i.profile_id), to_jsonb(i)
        FROM identity_keys i WHERE i.profile_id = ANY (people)
        UNION ALL SELECT 'identity_checks', jsonb_build_object('profile_id', i.profile_id), to_jsonb(i)
        FROM identity_checks i WHERE i.profile_id = ANY (people)
        UNION ALL SELECT 'duplicate_pairs', jsonb_build_object('id', d.id), to_jsonb(d)
        FROM duplicate_pairs d WHERE d.profile_a = ANY (people) OR d.profile_b = ANY (people)
        UNION ALL SELECT 'merges', jsonb_build_object('id', m.id), jsonb_build_object('id', m.id, 'survivor_id', m.survivor_id)
        FROM merges m WHERE m.survivor_id = ANY (people)
        UNION ALL SELECT 'candidates', jsonb_build_object('id', c.id), to_jsonb(c)
        FROM candidates c WHERE c.id = ANY (members)
        UNION ALL SELECT 'notes', jsonb_build_object('id', n.id), to_jsonb(n)
        FROM notes n WHERE n.candidate_id = ANY (members)
        UNION ALL SELECT 'overrides', jsonb_build_object('id', v.id), to_jsonb(v)
        FROM overrides v WHERE v.candidate_id = ANY (members)
        UNION ALL SELECT 'verdicts',
            jsonb_build_object('candidate_id', v.candidate_id, 'criterion_id', v.criterion_id), to_jsonb(v)
        FROM verdicts v WHERE v.candidate_id = ANY (members)
        UNION ALL SELECT 'screening_items',
            jsonb_build_object('run_id', i.run_id, 'candidate_id', i.candidate_id), to_jsonb(i)
        FROM screening_items i WHERE i.candidate_id = ANY (members)
    ) AS x;
END;

-- What differs between two snapshots, as [{t, k, b: before, a: after}, …]: null where there was no such row,
-- else of a changed row only the columns that changed.
CREATE FUNCTION merge_difference(before_rows jsonb, after_rows jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT coalesce(jsonb_agg(jsonb_build_object('t', coalesce(b.t, a.t), 'k', coalesce(b.k, a.k),
        'b', CASE WHEN a.r IS NULL THEN b.r WHEN b.r IS NULL THEN 'null' ELSE (
            SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each(b.r) AS o WHERE o.value IS DISTINCT FROM a.r -> o.key) END,
        'a', CASE WHEN b.r IS NULL THEN a.r WHEN a.r IS NULL THEN 'null' ELSE (
            SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each(a.r) AS o WHERE o.value IS DISTINCT FROM b.r -> o.key) END)),
        '[]')
    FROM jsonb_to_recordset(before_rows) AS b (t text, k jsonb, r jsonb)
    FULL JOIN jsonb_to_recordset(after_rows) AS a (t text, k jsonb, r jsonb) ON a.t = b.t AND a.k = b.k
    WHERE a.r IS DISTINCT FROM b.r;
END;

-- Columns of a table that can be written.
CREATE FUNCTION writable_columns(target regclass) RETURNS SETOF name
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT attname FROM pg_attribute
    WHERE attrelid = target AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum;
END;

-- Writes one row as a snapshot has it: a new one, one less, or some columns of one that is there.
CREATE FUNCTION put_row(target regclass, given_key jsonb, given jsonb, what text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    own_key text;
    columns text;
BEGIN
    SELECT string_agg(format('o.%1$I = g.%1$I', key), ' AND ') INTO own_key FROM jsonb_object_keys(given_key) AS key;
    SELECT string_agg(format('%I', name), ', ') INTO columns FROM writable_columns(target) AS name WHERE given ? name::text;
    IF what = 'delete' THEN
        EXECUTE format('DELETE FROM %1$s o USING jsonb_populate_record(NULL::%1$s, $1) g WHERE %2$s', target, own_key)
        USING given_key;
    ELSIF columns IS NULL THEN
        RETURN;
    ELSIF what = 'insert' THEN
        EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1)',
            target, columns) USING given;
    ELSE
        EXECUTE format('UPDATE %1$s o SET (%2$s) = ROW (%3$s) FROM jsonb_populate_record(NULL::%1$s, $1) n, '
            'jsonb_populate_record(NULL::%1$s, $2) g WHERE %4$s', target, columns,
            (SELECT string_agg(format('n.%I', name), ', ') FROM writable_columns(target) AS name WHERE given ? name::text),
            own_key) USING given, given_key;
    END IF;
END $$;

-- Takes back what a merge changed, wherever nobody has changed the same since. Of people and candidates
-- each column counts by itself, of everything else the row. Returns how many values and rows were left
-- as they are now (kept), by table.
CREATE FUNCTION take_back_merge(target_merge bigint) RETURNS TABLE (place text, kept bigint)
LANGUAGE plpgsql AS $$
DECLARE
    merged merges%ROWTYPE;
    step record;
    patch jsonb;
    left_alone jsonb := '{}';
BEGIN
    SELECT * INTO STRICT merged FROM merges WHERE id = target_merge;
    FOR step IN
        SELECT d.t, d.k, d.b, d.a, now_is.r
        FROM jsonb_to_recordset(merged.undo) AS d (t text, k jsonb, b jsonb, a jsonb)
        LEFT JOIN jsonb_to_recordset(identity_snapshot(ARRAY[merged.kept_id, merged.merged_id], merged.members))
            AS now_is (t text, k jsonb, r jsonb) ON now_is.t = d.t AND now_is.k = d.k
        ORDER BY array_position(ARRAY['profiles', 'candidates'], d.t) NULLS LAST, (d.b IS NULL) DESC, d.t, d.k
    LOOP
        patch := NULL;
        BEGIN
            IF step.b IS NULL AND step.r = step.a THEN
                PERFORM put_row(step.t::regclass, step.k, step.k, 'delete');
            ELSIF step.a IS NULL AND step.r IS NULL THEN
                PERFORM put_row(step.t::regclass, step.k, step.b, 'insert');
            ELSIF step.a IS NOT NULL AND step.b IS NOT NULL AND step.r IS NOT NULL THEN
                SELECT coalesce(jsonb_object_agg(o.key, step.b -> o.key), '{}') INTO patch
                FROM jsonb_each(step.a) AS o WHERE o.value IS NOT DISTINCT FROM step.r -> o.key;
                IF step.t IN ('profiles', 'candidates') OR NOT EXISTS (
                    SELECT FROM jsonb_object_keys(step.a) AS name WHERE NOT patch ? name) THEN
                    PERFORM put_row(step.t::regclass, step.k, patch, 'update');
                ELSE
                    patch := '{}';
                END IF;
                -- What follows from other columns is not what someone changed.
                IF EXISTS (SELECT FROM writable_columns(step.t::regclass) AS name WHERE step.a ? name::text
                    AND NOT patch ? name::text AND name NOT IN ('updated_at', 'collected_at', 'changed_by', 'changed_xid',
                        'stage_changed_at', 'search_tsv', 'note_count')) THEN
                    left_alone := left_alone || jsonb_build_object(step.t, coalesce((left_alone ->> step.t)::bigint, 0) + 1);
                END IF;
            ELSE
                left_alone := left_alone || jsonb_build_object(step.t, coalesce((left_alone ->> step.t)::bigint, 0) + 1);
            END IF;
        EXCEPTION WHEN foreign_key_violation OR unique_violation THEN
            -- What it belonged to has gone since, or there is another one in its place.
            left_alone := left_alone || jsonb_build_object(step.t, coalesce((left_alone ->> step.t)::bigint, 0) + 1);
        END;
    END LOOP;
    RETURN QUERY SELECT o.key, o.value::bigint FROM jsonb_each_text(left_alone) AS o;
END $$;
