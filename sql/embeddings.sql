-- is_possible --
-- Whether the tables for vectors are there: the server has pgvector, and was migrated since.
SELECT to_regclass('profile_embeddings') IS NOT NULL AS found;

-- pgvector_version --
-- Of the extension as it is in this database; no row without it.
SELECT extversion AS version FROM pg_extension WHERE extname = 'vector';

-- fetch_models --
-- All models, the one in use first.
SELECT id, name, provider, dimensions, state, created_at, live_at, retired_at, complete_at, last_error, last_error_at
FROM embedding_models ORDER BY state <> 'live', id DESC;

-- fetch_live --
-- The model that everything is compared by; no row while there is none.
SELECT id, name, provider, state FROM embedding_models WHERE state = 'live';

-- count_vectors --
-- How many people a model knows as they are, and how many there are.
SELECT (SELECT count(*) FROM profile_embeddings e JOIN profiles p ON p.id = e.profile_id AND p.updated_at = e.seen_at
        WHERE e.model_id = %(model_id)s) AS made,
    (SELECT count(*) FROM profiles) AS people;

-- fetch_query --
-- What a text is known by, and whether its vector is there; says that it is still used.
WITH wanted AS (SELECT query_hash(%(text)s) AS text_hash),
used AS (UPDATE query_embeddings q SET used_at = now() FROM wanted w
    WHERE q.model_id = %(model_id)s AND q.text_hash = w.text_hash RETURNING q.text_hash)
SELECT w.text_hash, EXISTS (SELECT FROM used) AS found FROM wanted w;

-- ask_query --
-- A text is wanted as a vector; one that failed a while ago is tried again.
INSERT INTO query_texts AS q (text_hash, text) VALUES (query_hash(%(text)s), query_text(%(text)s))
ON CONFLICT (text_hash) DO UPDATE SET asked_at = now(), failed_at = NULL, error = ''
WHERE q.failed_at < now() - make_interval(secs => %(again_s)s)
RETURNING text_hash;

-- fetch_asked --
-- Why a text has no vector yet.
SELECT error FROM query_texts WHERE text_hash = %(text_hash)s;

-- fetch_job_description --
-- A search's, for whoever may see the search.
SELECT s.job_description FROM searches s
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);
