-- News of vectors only where they move somebody. Until now each batch of a model that is being built, and each person
-- who was looked at and had not changed, was news in every search where someone compared; and whoever was taken out of
-- a comparison moved its order without any. Forward only.

-- The searches of some people, and those where others are compared with them, where someone compared lately: lists by
-- likeness are of another order now.
CREATE FUNCTION bump_compared(people bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_version(w.id) FROM (
        SELECT s.id FROM searches s WHERE s.id IN (
            SELECT m.search_id FROM matches m WHERE m.used_at > now() - interval '1 day' AND (
                EXISTS (SELECT FROM candidates c WHERE c.profile_id = ANY (people) AND c.search_id = m.search_id)
                OR EXISTS (SELECT FROM match_people p WHERE p.profile_id = ANY (people) AND p.match_id = m.id)))
        ORDER BY s.id FOR NO KEY UPDATE) AS w;
END $$;

-- New vectors of the model that pages compare by.
CREATE OR REPLACE FUNCTION tell_of_vectors() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_compared(ARRAY(
        SELECT v.profile_id FROM changed v JOIN embedding_models m ON m.id = v.model_id
        WHERE m.state = 'live' AND v.embedding IS NOT NULL));
    RETURN NULL;
END $$;

-- Other vectors of it; whoever was only looked at has the same one.
CREATE FUNCTION tell_of_changed_vectors() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_compared(ARRAY(
        SELECT v.profile_id FROM changed v JOIN embedding_models m ON m.id = v.model_id
        JOIN earlier o ON o.profile_id = v.profile_id AND o.model_id = v.model_id
        WHERE m.state = 'live' AND v.embedding IS DISTINCT FROM o.embedding));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ensure_vectors_tell() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('profile_embeddings') IS NULL THEN
        RETURN;
    END IF;
    CREATE OR REPLACE TRIGGER profile_embeddings_tell_new AFTER INSERT ON profile_embeddings
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_of_vectors();
    CREATE OR REPLACE TRIGGER profile_embeddings_tell AFTER UPDATE ON profile_embeddings
        REFERENCING OLD TABLE AS earlier NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION tell_of_changed_vectors();
END $$;
SELECT ensure_vectors_tell();

-- Whoever was compared with and is gone (erased, merged away) moves the order of the others.
CREATE FUNCTION tell_of_gone_people() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_version(w.id) FROM (
        SELECT s.id FROM searches s WHERE s.id IN (
            SELECT m.search_id FROM matches m JOIN gone g ON g.match_id = m.id
            WHERE m.used_at > now() - interval '1 day')
        ORDER BY s.id FOR NO KEY UPDATE) AS w;
    RETURN NULL;
END $$;
CREATE TRIGGER match_people_tell AFTER DELETE ON match_people
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tell_of_gone_people();
