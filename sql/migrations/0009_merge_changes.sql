-- Merging takes along what was done to people, in archived searches too. Forward only.

-- What hangs on people and on candidates: identity_snapshot() reads these tables, so that a merge can be taken
-- back byte for byte. of: whose id stands in one of the columns `owner`. key: the primary key. columns:
-- these, else the whole row. A migration that adds such a table adds a row here
-- (tests/integration/test_merge_undo.py says which are missing).
CREATE TABLE identity_tables (
    place text PRIMARY KEY,
    of text NOT NULL CHECK (of IN ('people', 'members')),
    owner text[] NOT NULL,
    key text[] NOT NULL,
    columns text[]
);
INSERT INTO identity_tables (place, of, owner, key, columns) VALUES
    ('profiles', 'people', '{id}', '{id}', NULL),
    ('profile_urls', 'people', '{profile_id}', '{url_key}', NULL),
    ('positions', 'people', '{profile_id}', '{id}', NULL),
    ('educations', 'people', '{profile_id}', '{id}', NULL),
    ('profile_raw', 'people', '{profile_id}', '{profile_id,source}', NULL),
    ('profile_fields', 'people', '{profile_id}', '{profile_id,field}', NULL),
    ('identity_keys', 'people', '{profile_id}', '{key,profile_id}', NULL),
    ('identity_checks', 'people', '{profile_id}', '{profile_id}', NULL),
    ('duplicate_pairs', 'people', '{profile_a,profile_b}', '{id}', NULL),
    ('merges', 'people', '{survivor_id}', '{id}', '{id,survivor_id}'),
    ('archive_people', 'people', '{profile_id}', '{archive_id,place}', NULL),
    ('candidates', 'members', '{id}', '{id}', NULL),
    ('notes', 'members', '{candidate_id}', '{id}', NULL),
    ('changes', 'members', '{candidate_id}', '{batch_id,candidate_id,field}', NULL),
    ('overrides', 'members', '{candidate_id}', '{id}', NULL),
    ('verdicts', 'members', '{candidate_id}', '{candidate_id,criterion_id}', NULL),
    ('screening_items', 'members', '{candidate_id}', '{run_id,candidate_id}', NULL);

-- Every row about some people and their candidates, as [{t: table, k: primary key, r: row}, …].
CREATE OR REPLACE FUNCTION identity_snapshot(people bigint[], members bigint[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    parts text;
    found jsonb;
BEGIN
    SELECT string_agg(format('SELECT %L AS t, jsonb_build_object(%s) AS k, %s AS r FROM %I x WHERE %s', d.place,
        (SELECT string_agg(format('%1$L, x.%1$I', c.name), ', ' ORDER BY c.n)
            FROM unnest(d.key) WITH ORDINALITY AS c (name, n)),
        coalesce((SELECT 'jsonb_build_object(' || string_agg(format('%1$L, x.%1$I', c.name), ', ' ORDER BY c.n) || ')'
            FROM unnest(d.columns) WITH ORDINALITY AS c (name, n)), 'to_jsonb(x)'),
        d.place,
        (SELECT string_agg(format('x.%I = ANY (%s)', c.name, CASE d.of WHEN 'people' THEN '$1' ELSE '$2' END), ' OR ')
            FROM unnest(d.owner) AS c (name))), ' UNION ALL ')
    INTO parts FROM identity_tables d;
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(y)), ''[]'') FROM (%s) AS y', parts) INTO found USING people, members;
    RETURN found;
END $$;

-- What a field of a candidate was right after a batch, by the record of changes; value_now where that is silent.
CREATE FUNCTION recorded_value(member bigint, of_field text, at_batch bigint, value_now jsonb) RETURNS jsonb
LANGUAGE sql STABLE
RETURN coalesce(
    (SELECT h.new FROM changes h WHERE h.candidate_id = member AND h.field = of_field AND h.batch_id <= at_batch
        ORDER BY h.batch_id DESC LIMIT 1),
    (SELECT h.old FROM changes h WHERE h.candidate_id = member AND h.field = of_field AND h.batch_id > at_batch
        ORDER BY h.batch_id LIMIT 1),
    value_now);

-- What two candidates who become one would have been together right after a batch: as merging joins them
-- (sql/merges.sql, fold_candidates), all tags, out if one of them is out, else what was set last.
CREATE FUNCTION folded_value(own bigint, other bigint, of_field text, at_batch bigint, own_now jsonb, other_now jsonb)
RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE of_field
        WHEN 'tags' THEN (SELECT coalesce(jsonb_agg(x.tag ORDER BY x.n), '[]') FROM (
            SELECT e.tag, min(e.n) AS n FROM jsonb_array_elements(v.a || v.b) WITH ORDINALITY AS e (tag, n)
            GROUP BY e.tag ORDER BY 2 LIMIT 50) AS x)
        WHEN 'filter_status' THEN CASE WHEN v.a = '"active"' THEN v.b ELSE v.a END
        ELSE coalesce((SELECT h.new FROM changes h
            WHERE h.candidate_id IN (own, other) AND h.field = of_field AND h.batch_id <= at_batch
            ORDER BY h.batch_id DESC, h.candidate_id = own DESC LIMIT 1),
            CASE WHEN v.a = '"new"' THEN v.b ELSE v.a END)
        END
    FROM (SELECT recorded_value(own, of_field, at_batch, own_now) AS a,
        recorded_value(other, of_field, at_batch, other_now) AS b) AS v;
END;

-- Takes back what a merge changed, wherever nobody has changed the same since. Of people and candidates
-- each column counts by itself, of everything else the row. Returns how many values and rows were left
-- as they are now (kept), by table.
CREATE OR REPLACE FUNCTION take_back_merge(target_merge bigint) RETURNS TABLE (place text, kept bigint)
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
                -- What follows from other columns is not what someone changed, nor what is as before the merge already.
                IF EXISTS (SELECT FROM writable_columns(step.t::regclass) AS name WHERE step.a ? name::text
                    AND NOT patch ? name::text AND step.r -> name::text IS DISTINCT FROM step.b -> name::text
                    AND name NOT IN ('updated_at', 'collected_at', 'changed_by', 'changed_xid', 'stage_changed_at',
                        'search_tsv', 'note_count')) THEN
                    left_alone := left_alone || jsonb_build_object(step.t, coalesce((left_alone ->> step.t)::bigint, 0) + 1);
                END IF;
            ELSIF step.t = 'candidates' AND step.r IS NULL AND EXISTS (
                SELECT FROM archive_people p WHERE p.candidate_id = (step.k ->> 'id')::bigint) THEN
                -- In the files of an archived search: its index says whose it is (sql/merges.sql, take_back_archived).
                NULL;
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

-- Where else one person is, as far as someone may know: in searches that are there, and in archived ones by
-- their index, where since when a stage is set is in the files. Not in `but`. Inlined.
CREATE FUNCTION places_of(person bigint, but uuid, viewer bigint, viewer_role text)
RETURNS TABLE (id bigint, search_id uuid, stage text, stage_changed_at timestamptz, screened_at timestamptz,
    added_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.id, c.search_id, c.stage, c.stage_changed_at, c.screened_at, c.added_at
    FROM candidates c JOIN searches s ON s.id = c.search_id
    WHERE c.profile_id = person AND c.search_id IS DISTINCT FROM but AND search_visible(s, viewer, viewer_role)
    UNION ALL
    SELECT p.candidate_id, a.search_id, p.stage, NULL, p.screened_at, a.archived_at
    FROM archive_people p JOIN archives a ON a.id = p.archive_id JOIN searches s ON s.id = a.search_id
    WHERE p.profile_id = person AND a.search_id IS DISTINCT FROM but AND s.archived_at IS NOT NULL
        AND search_listed(s, viewer, viewer_role);
END;
