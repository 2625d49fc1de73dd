-- is_possible --
-- Whether the tables for vectors are there: the server has pgvector, and was migrated since.
SELECT to_regclass('profile_embeddings') IS NOT NULL AS found;

-- fetch_models --
-- All models, the one in use first.
SELECT id, name, provider, dimensions, state, created_at, live_at, retired_at, complete_at, last_error, last_error_at
FROM embedding_models ORDER BY state <> 'live', id DESC;

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
INSERT INTO query_texts AS q (text_hash, text, user_id) VALUES (query_hash(%(text)s), query_text(%(text)s), %(actor)s)
ON CONFLICT (text_hash) DO UPDATE SET asked_at = now(), failed_at = NULL, error = ''
WHERE q.failed_at < now() - make_interval(secs => %(again_s)s)
RETURNING text_hash;

-- fetch_asked --
-- Why a text has no vector yet.
SELECT error FROM query_texts WHERE text_hash = %(text_hash)s;

-- lock_models --
-- One change of models at a time; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtext('sourcingx embedding models'));

-- retire_building --
-- What is being built is not wanted any more.
UPDATE embedding_models SET state = 'retired', retired_at = now() WHERE state = 'building';

-- upsert_model --
-- A model that is wanted: live where there is no live one, else being built; one that was retired comes back.
INSERT INTO embedding_models AS m (provider, name, state, live_at)
SELECT %(provider)s, %(name)s, CASE WHEN l.found THEN 'building' ELSE 'live' END, CASE WHEN NOT l.found THEN now() END
FROM (SELECT EXISTS (SELECT FROM embedding_models WHERE state = 'live') AS found) AS l
ON CONFLICT (provider, name) DO UPDATE SET state = excluded.state, live_at = coalesce(excluded.live_at, m.live_at),
    retired_at = NULL, complete_at = NULL;

-- add_partition --
-- Where a model's vectors are kept; nothing when it is there.
SELECT add_embedding_partition(%(model_id)s::smallint);

-- retire_live --
-- The one in use makes room.
UPDATE embedding_models SET state = 'retired', retired_at = now() WHERE state = 'live';

-- find_left_out --
-- Whether there is someone who can be compared by the live model and is not known to the one that was built.
SELECT EXISTS (SELECT FROM profile_embeddings l WHERE l.model_id = %(live)s AND l.embedding IS NOT NULL
    AND NOT EXISTS (SELECT FROM profile_embeddings b WHERE b.model_id = %(built)s AND b.profile_id = l.profile_id)
) AS found;

-- find_any_run --
-- A run that makes vectors, of whomever, and has not ended.
SELECT id FROM runs WHERE kind = 'embed' AND state IN ('queued', 'running') LIMIT 1;

-- make_live --
-- From now on everything is compared by this one.
UPDATE embedding_models SET state = 'live', live_at = now() WHERE id = %(model_id)s;

-- drop_model --
-- A model with all its vectors; waits for writers no longer than others can wait behind it.
SELECT set_config('lock_timeout', '1s', true), drop_embedding_model(%(model_id)s::smallint);

-- note_error --
-- What went wrong last; an empty message when it goes well again.
UPDATE embedding_models SET last_error = %(message)s,
    last_error_at = CASE WHEN %(message)s <> '' THEN now() END
WHERE id = %(model_id)s AND (last_error <> '' OR %(message)s <> '');

-- note_complete --
-- Nobody was left who has no vector of this model.
UPDATE embedding_models SET complete_at = %(at)s WHERE id = %(model_id)s;

-- count_stale --
-- How many people are new or changed since a model's vectors were made; everyone when all are wanted.
SELECT count(*) AS n FROM profiles p
LEFT JOIN profile_embeddings e ON e.profile_id = p.id AND e.model_id = %(model_id)s
WHERE %(all)s OR e.profile_id IS NULL OR e.seen_at <> p.updated_at;

-- fetch_stale --
-- The next of them.
SELECT p.id FROM profiles p
LEFT JOIN profile_embeddings e ON e.profile_id = p.id AND e.model_id = %(model_id)s
WHERE p.id > %(after)s AND (%(all)s OR e.profile_id IS NULL OR e.seen_at <> p.updated_at)
ORDER BY p.id LIMIT %(limit)s;

-- count_stale_of_search --
-- How many of a search's people.
SELECT count(*) AS n FROM candidates c JOIN profiles p ON p.id = c.profile_id
LEFT JOIN profile_embeddings e ON e.profile_id = p.id AND e.model_id = %(model_id)s
WHERE c.search_id = %(search_id)s AND (%(all)s OR e.profile_id IS NULL OR e.seen_at <> p.updated_at);

-- fetch_stale_of_search --
-- The next of them.
SELECT p.id FROM candidates c JOIN profiles p ON p.id = c.profile_id
LEFT JOIN profile_embeddings e ON e.profile_id = p.id AND e.model_id = %(model_id)s
WHERE c.search_id = %(search_id)s AND c.profile_id > %(after)s
    AND (%(all)s OR e.profile_id IS NULL OR e.seen_at <> p.updated_at)
ORDER BY c.profile_id LIMIT %(limit)s;

-- fetch_people --
-- What is embedded of some people; names only to withhold them, neither years nor places.
SELECT p.id, p.updated_at, e.text_hash, p.full_name, p.first_name, p.last_name, p.title, p.headline, p.industry,
    p.summary, array_to_string(p.skills, ', ') AS skills,
    (SELECT string_agg(concat_ws(', ', nullif(j.title, ''), nullif(j.company, ''))
            || CASE WHEN j.description <> '' THEN ': ' || left(j.description, 300) ELSE '' END,
            E'\n' ORDER BY j.is_current DESC, j.started_on DESC NULLS LAST, j.id)
        FROM (SELECT * FROM positions WHERE profile_id = p.id ORDER BY is_current DESC, started_on DESC NULLS LAST, id
            LIMIT 8) AS j) AS positions,
    (SELECT string_agg(concat_ws(', ', nullif(d.degree, ''), nullif(d.field_of_study, ''), nullif(d.school, '')),
            E'\n' ORDER BY d.ended_on DESC NULLS LAST, d.id)
        FROM (SELECT * FROM educations WHERE profile_id = p.id ORDER BY ended_on DESC NULLS LAST, id LIMIT 3) AS d
    ) AS educations
FROM profiles p LEFT JOIN profile_embeddings e ON e.profile_id = p.id AND e.model_id = %(model_id)s
WHERE p.id = ANY (%(people)s);

-- mark_seen --
-- Those who changed, and not in what is compared.
UPDATE profile_embeddings e SET seen_at = g.seen_at
FROM unnest(%(people)s::bigint[], %(seen)s::timestamptz[]) AS g (id, seen_at)
WHERE e.profile_id = g.id AND e.model_id = %(model_id)s;

-- save_vectors --
-- Vectors of people who are still there; they cannot be erased between this and the end of the transaction.
WITH alive AS MATERIALIZED (SELECT id FROM profiles WHERE id = ANY (%(people)s) ORDER BY id FOR KEY SHARE)
INSERT INTO profile_embeddings AS e (profile_id, model_id, text_hash, embedding, seen_at)
SELECT a.id, %(model_id)s, g.text_hash, g.vector::halfvec(384), g.seen_at
FROM unnest(%(people)s::bigint[], %(hashes)s::bytea[], %(vectors)s::text[], %(seen)s::timestamptz[])
    AS g (id, text_hash, vector, seen_at)
JOIN alive a ON a.id = g.id
ON CONFLICT (profile_id, model_id) DO UPDATE SET text_hash = excluded.text_hash, embedding = excluded.embedding,
    seen_at = excluded.seen_at, created_at = now();

-- fetch_now --
-- The database's time.
SELECT now() AS now;

-- lock_starts --
-- Two who start the same at once start it once; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtext('sourcingx embedding starts'));

-- find_open_run --
-- A run that makes the same vectors and has not ended; one about everyone makes those of a search, too.
SELECT id FROM runs WHERE kind = 'embed' AND state IN ('queued', 'running') AND NOT cancel_requested
    AND (search_id IS NULL OR search_id = %(search_id)s::uuid) ORDER BY search_id NULLS FIRST LIMIT 1;

-- fetch_asked_text --
-- The text that has waited longest for its vector.
SELECT text_hash, text, user_id FROM query_texts WHERE failed_at IS NULL ORDER BY asked_at LIMIT 1;

-- fetch_job_texts --
-- Job descriptions of open searches that a model does not know yet, but for those that failed in the last hour.
SELECT DISTINCT ON (j.text_hash) j.text_hash, j.text, j.user_id
FROM (SELECT query_hash(s.job_description) AS text_hash, query_text(s.job_description) AS text, s.user_id
    FROM searches s WHERE s.archived_at IS NULL AND s.deleted_at IS NULL AND s.job_description <> '') AS j
WHERE j.text <> ''
    AND NOT EXISTS (SELECT FROM query_embeddings q WHERE q.model_id = %(model_id)s AND q.text_hash = j.text_hash)
    AND NOT EXISTS (SELECT FROM query_texts t WHERE t.text_hash = j.text_hash AND t.failed_at IS NOT NULL)
LIMIT %(limit)s;

-- save_query --
-- The vector of a text; whoever had it made at the same time has made the same one.
INSERT INTO query_embeddings (model_id, text_hash, embedding)
VALUES (%(model_id)s, %(text_hash)s, %(vector)s::halfvec(384)) ON CONFLICT DO NOTHING;

-- delete_asked --
-- A text has its vector now.
DELETE FROM query_texts WHERE text_hash = %(text_hash)s;

-- fail_text --
-- Why a text has none; a person may ask again.
INSERT INTO query_texts (text_hash, text, user_id, failed_at, error)
VALUES (%(text_hash)s, %(text)s, %(user_id)s, now(), %(message)s)
ON CONFLICT (text_hash) DO UPDATE SET failed_at = excluded.failed_at, error = excluded.error;

-- fail_asked --
-- Why none of those that wait has one; people may ask again.
UPDATE query_texts SET failed_at = now(), error = %(message)s WHERE failed_at IS NULL;

-- forget_texts --
-- What nobody waits for any more.
DELETE FROM query_texts WHERE asked_at < now() - make_interval(secs => %(text_s)s);

-- forget_queries --
-- Vectors of texts that nobody compared with for a long time.
DELETE FROM query_embeddings WHERE used_at < now() - make_interval(days => %(days)s);

-- fetch_standing --
-- What tells whether vectors are to be made now: whether a run makes some, whether an import is under way or ended a
-- moment ago, whether the last run ended badly a short while ago, whether there is anyone.
SELECT EXISTS (SELECT FROM runs WHERE kind = 'embed' AND state IN ('queued', 'running') AND search_id IS NULL) AS going,
    EXISTS (SELECT FROM runs WHERE kind = ANY (%(kinds)s) AND (state IN ('queued', 'running')
        OR finished_at > now() - make_interval(secs => %(quiet_s)s))
        AND created_at > now() - interval '1 day') AS busy,
    EXISTS (SELECT FROM runs WHERE kind = 'embed' AND state IN ('failed', 'cancelled') AND search_id IS NULL
        AND finished_at > now() - make_interval(secs => %(again_s)s)) AS lately,
    coalesce((SELECT max(id) FROM profiles), 0) AS newest;

-- fetch_due --
-- Whether there may be people whom a model does not know as they are: newer ones, or a run that changed some ended since.
SELECT coalesce((SELECT max(profile_id) FROM profile_embeddings WHERE model_id = %(model_id)s), 0) < %(newest)s
    OR EXISTS (SELECT FROM runs r WHERE r.kind = ANY (%(kinds)s)
        AND r.finished_at > (SELECT m.complete_at FROM embedding_models m WHERE m.id = %(model_id)s))
    OR (SELECT m.complete_at IS NULL FROM embedding_models m WHERE m.id = %(model_id)s) AS found;

-- fetch_last_run --
-- The newest run that made vectors.
SELECT max(id) AS id FROM runs WHERE kind = 'embed' HAVING max(id) IS NOT NULL;

-- count_asked --
-- Texts that wait for their vector.
SELECT count(*) AS n FROM query_texts WHERE failed_at IS NULL;

-- count_of_model --
-- How many vectors a model has, up to date or not.
SELECT count(e.embedding) AS n FROM profile_embeddings e WHERE e.model_id = %(model_id)s;

-- fetch_size --
-- What a model's vectors take on disk, index included.
SELECT pg_total_relation_size(to_regclass(%(name)s)) AS bytes;
