-- fetch_people_ids --
-- The people of a search, in the order in which they came.
SELECT c.id, c.profile_id FROM candidates c WHERE c.search_id = %(search_id)s ORDER BY c.id;

-- insert_person --
-- One of a labelled set.
INSERT INTO profiles (full_name, title, headline, summary, industry, skills)
VALUES (%(name)s, %(title)s, %(headline)s, %(summary)s, %(industry)s, %(skills)s) RETURNING id;

-- add_to_search --
-- All of them, into a search.
SELECT count(*) FROM add_candidates(%(search_id)s, %(people)s, %(actor)s);

-- count_search --
-- As an import leaves it.
UPDATE searches s SET profile_count = (SELECT count(*) FROM candidates c WHERE c.search_id = s.id) WHERE s.id = %(search_id)s;

-- insert_vectors --
-- Vectors of people, as the job writes them.
INSERT INTO profile_embeddings (profile_id, model_id, text_hash, embedding, seen_at)
SELECT p.id, %(model_id)s, sha256(u.vector::bytea), u.vector::halfvec(384), p.updated_at
FROM unnest(%(people)s::bigint[], %(vectors)s::text[]) AS u (id, vector) JOIN profiles p ON p.id = u.id;

-- drop_index --
-- Many vectors at once are quicker without it.
DROP INDEX profile_embeddings_near;

-- ensure_index --
-- Made anew, as it is after a migration.
SELECT ensure_matching();

-- insert_query --
-- The vector of a text that people are compared with.
INSERT INTO query_embeddings (model_id, text_hash, embedding)
VALUES (%(model_id)s, query_hash(%(text)s), %(vector)s::halfvec(384)) ON CONFLICT DO NOTHING;

-- vacuum_vectors --
-- What the database does by itself after a while.
VACUUM (ANALYZE) profile_embeddings;

-- create_bytea --
-- The other design: vectors as bytes, which the program reads.
CREATE TABLE {table} (job_id bigint PRIMARY KEY, skills text NOT NULL, embedding bytea);

-- load_bytea --
-- Single precision, as the model gives it.
COPY {table} (job_id, skills, embedding) FROM STDIN (FORMAT binary);

-- grant_bytea --
-- For the role that reads it.
GRANT SELECT ON {table} TO PUBLIC;

-- vacuum_bytea --
-- Both sides are read from tables in good order.
VACUUM (ANALYZE) {table};

-- read_bytea --
-- All of them, for each query.
SELECT job_id, skills, embedding FROM {table} WHERE embedding IS NOT NULL;

-- exact_nearest --
-- The truth: every vector of a search compared.
SELECT c.id FROM candidates c JOIN profile_embeddings e ON e.profile_id = c.profile_id
WHERE c.search_id = %(search_id)s AND e.model_id = %(model_id)s AND e.embedding IS NOT NULL
ORDER BY (e.embedding <=> %(vector)s::halfvec(384)) + 0, c.id LIMIT %(limit)s;
