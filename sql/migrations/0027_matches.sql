-- Matching in use: what people of a search are compared with, and news where vectors change. Forward only.

-- One thing to be compared with. definition: a hash of what it is, so that whoever asks for the same gets the same one,
-- with its list and its place in the address. words: those of the text, to say what people have in common with it.
-- No vectors: those of texts stand in query_embeddings by text_hash, those of people are computed as they are now.
CREATE TABLE matches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    search_id uuid NOT NULL REFERENCES searches ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('job', 'text', 'people', 'taste')),
    definition bytea NOT NULL CHECK (length(definition) = 32),
    text text NOT NULL DEFAULT '' CHECK (length(text) <= 50000),
    text_hash bytea CHECK (length(text_hash) = 32),
    words text[] NOT NULL DEFAULT '{}',
    created_by bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (search_id, definition),
    CHECK (kind NOT IN ('job', 'text') OR text_hash IS NOT NULL)
);
CREATE INDEX matches_used ON matches (used_at);

-- Whom a match is like, and whom it is not. Whoever is erased is gone from here, and with the last one the match.
CREATE TABLE match_people (
    match_id bigint NOT NULL REFERENCES matches ON DELETE CASCADE,
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    liked boolean NOT NULL,
    PRIMARY KEY (match_id, profile_id)
);
CREATE INDEX match_people_profile ON match_people (profile_id);
INSERT INTO identity_tables (place, of, owner, key) VALUES
    ('match_people', 'people', '{profile_id}', '{match_id,profile_id}');

-- Another vector is another place in an order by likeness: a list that was made before is not made again under the same
-- version. Only for searches where someone compared lately, so that nobody else is told of news that is none.
CREATE FUNCTION tell_of_vectors() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_version(w.id) FROM (
        SELECT s.id FROM searches s WHERE s.id IN (
            SELECT m.search_id FROM matches m WHERE m.used_at > now() - interval '1 day' AND EXISTS (
                SELECT FROM changed v JOIN candidates c ON c.profile_id = v.profile_id AND c.search_id = m.search_id
                UNION ALL
                SELECT FROM changed v JOIN match_people p ON p.profile_id = v.profile_id AND p.match_id = m.id))
        ORDER BY s.id FOR NO KEY UPDATE) AS w;
    RETURN NULL;
END $$;

-- Another model is another order everywhere.
CREATE FUNCTION tell_of_model() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_version(w.id) FROM (
        SELECT s.id FROM searches s
        WHERE s.id IN (SELECT m.search_id FROM matches m WHERE m.used_at > now() - interval '1 day')
        ORDER BY s.id FOR NO KEY UPDATE) AS w;
    RETURN NULL;
END $$;
CREATE TRIGGER embedding_models_tell AFTER UPDATE OF state ON embedding_models
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_model();

-- The table of vectors comes and goes with pgvector, so its triggers are made by whoever made it (sql/migrate.sql).
CREATE FUNCTION ensure_vectors_tell() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    -- to_regclass() both times: a literal regclass is looked up before anything is decided, and is an error without it.
    IF to_regclass('profile_embeddings') IS NULL OR EXISTS (
        SELECT FROM pg_trigger
        WHERE tgrelid = to_regclass('profile_embeddings') AND tgname = 'profile_embeddings_tell_new') THEN
        RETURN;
    END IF;
    CREATE TRIGGER profile_embeddings_tell_new AFTER INSERT ON profile_embeddings
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_of_vectors();
    CREATE TRIGGER profile_embeddings_tell AFTER UPDATE ON profile_embeddings
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_of_vectors();
END $$;
