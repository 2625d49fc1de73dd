-- Matching: one vector a person and model, the texts that people are compared with, which model is in use. Forward only.

-- A model of vectors. building: its vectors are being made, nobody asks for them yet; live: the one that everything is
-- compared by; retired: was live before, kept until it is dropped so that one can go back. At most one each of the
-- first two. Rows stay without pgvector, too.
CREATE TABLE embedding_models (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    provider text NOT NULL CHECK (provider IN ('local', 'openai')),
    dimensions integer NOT NULL DEFAULT 384 CHECK (dimensions = 384),
    state text NOT NULL DEFAULT 'building' CHECK (state IN ('building', 'live', 'retired')),
    created_at timestamptz NOT NULL DEFAULT now(),
    live_at timestamptz,
    retired_at timestamptz,
    -- When a run last had nothing left to make, and what went wrong last.
    complete_at timestamptz,
    last_error text NOT NULL DEFAULT '',
    last_error_at timestamptz,
    UNIQUE (provider, name)
);
CREATE UNIQUE INDEX embedding_models_live ON embedding_models ((true)) WHERE state = 'live';
CREATE UNIQUE INDEX embedding_models_building ON embedding_models ((true)) WHERE state = 'building';

-- Texts that wait to be embedded by a job worker: a row goes when its vector is there, and after an hour in any case.
-- Here since a job's arguments are no place for what people write.
CREATE TABLE query_texts (
    text_hash bytea PRIMARY KEY CHECK (length(text_hash) = 32),
    text text NOT NULL CHECK (text <> '' AND length(text) <= 50000),
    -- For whom, where it costs something.
    user_id bigint NOT NULL REFERENCES users,
    asked_at timestamptz NOT NULL DEFAULT now(),
    failed_at timestamptz,
    error text NOT NULL DEFAULT ''
);

-- A text as it is embedded, and what it is known by: the same words with other white space are the same text.
CREATE FUNCTION query_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(value, '[[:space:]]+', ' ', 'g'));
CREATE FUNCTION query_hash(value text) RETURNS bytea
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN sha256(convert_to(query_text(value), 'UTF8'));

-- Makes what needs pgvector, where the server has it; asked at every migration, so that it can be installed later.
-- True: the tables are there. A server that has pgvector and does not let this role add it is one without it.
CREATE FUNCTION ensure_matching() RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('profile_embeddings') IS NOT NULL THEN
        RETURN true;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector') THEN
        BEGIN
            CREATE EXTENSION vector;
        EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
            RETURN false;
        END;
    END IF;
    -- Half precision since 0.7, scans that go on until there are enough since 0.8.
    IF (SELECT string_to_array(substring(extversion FROM '^\d+\.\d+'), '.')::int[] < '{0,8}'::int[]
        FROM pg_extension WHERE extname = 'vector') OR to_regtype('halfvec') IS NULL THEN
        RETURN false;
    END IF;
    -- One partition a model: its index holds no other's vectors, so a model is built beside the one in use, and
    -- dropped at once whatever its size. text_hash: of the text as it was embedded; seen_at: profiles.updated_at as it
    -- was read, so that nobody is looked at again who did not change.
    CREATE TABLE profile_embeddings (
        profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
        model_id smallint NOT NULL REFERENCES embedding_models,
        text_hash bytea NOT NULL CHECK (length(text_hash) = 32),
        -- NULL: there is nothing about this person to compare.
        embedding halfvec(384),
        seen_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (profile_id, model_id)
    ) PARTITION BY LIST (model_id);
    CREATE INDEX profile_embeddings_near ON profile_embeddings
        USING hnsw (embedding halfvec_cosine_ops) WITH (m = 16, ef_construction = 64);
    -- Of job descriptions and sentences, by the hash of the text.
    CREATE TABLE query_embeddings (
        model_id smallint NOT NULL REFERENCES embedding_models ON DELETE CASCADE,
        text_hash bytea NOT NULL CHECK (length(text_hash) = 32),
        embedding halfvec(384) NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        used_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (model_id, text_hash)
    );
    PERFORM add_embedding_partition(id) FROM embedding_models;
    RETURN true;
END $$;

-- Tables are the owner's, and the app adds and drops models: hence DEFINER. Only for models that are there, and only
-- those that nobody is compared by are dropped.
CREATE FUNCTION add_embedding_partition(model smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM embedding_models WHERE id = model)
        AND to_regclass(format('profile_embeddings_%s', model)) IS NULL THEN
        EXECUTE format('CREATE TABLE profile_embeddings_%1$s PARTITION OF profile_embeddings FOR VALUES IN (%1$s)', model);
        IF session_user <> current_user THEN
            -- As sql/migrate.sql gives the app's role on every table that is there by then.
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, MAINTAIN ON profile_embeddings_%s TO %I',
                model, session_user);
        END IF;
    END IF;
END $$;

CREATE FUNCTION drop_embedding_model(model smallint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM embedding_models WHERE id = model AND state <> 'live') THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS profile_embeddings_%s', model);
    DELETE FROM embedding_models WHERE id = model;
    RETURN true;
END $$;

-- What is known of some people changed without their being imported: they are looked at again. For merges.
CREATE FUNCTION vectors_out_of_date(people bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('profile_embeddings') IS NOT NULL THEN
        EXECUTE 'UPDATE profile_embeddings SET seen_at = ''epoch'' WHERE profile_id = ANY ($1)' USING people;
    END IF;
END $$;

-- Every vector about some people, as identity_snapshot() shows rows; [] without pgvector. Not among identity_tables:
-- whoever is made anew gets a new vector, and the model of an old one may be gone.
CREATE FUNCTION embedding_snapshot(people bigint[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found jsonb := '[]';
BEGIN
    IF to_regclass('profile_embeddings') IS NOT NULL THEN
        EXECUTE 'SELECT coalesce(jsonb_agg(jsonb_build_object(''t'', ''profile_embeddings'', ''k'', jsonb_build_object('
            '''profile_id'', e.profile_id, ''model_id'', e.model_id), ''r'', to_jsonb(e))), ''[]'') '
            'FROM profile_embeddings e WHERE e.profile_id = ANY ($1)' INTO found USING people;
    END IF;
    RETURN found;
END $$;
