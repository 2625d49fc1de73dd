-- fetch_model --
-- The model that everything is compared by, and whether there is a table of vectors at all.
SELECT to_regclass('profile_embeddings') IS NOT NULL AS vectors,
    (SELECT m.id FROM embedding_models m WHERE m.state = 'live') AS model_id;

-- fetch_match --
-- A match of a search, and what its vector can be made of by now. vectors: about how many people have one; -1 where
-- nobody has counted yet.
SELECT m.id, m.kind, m.text, m.text_hash, m.words, m.text_hash IS NULL OR EXISTS (
        SELECT FROM query_embeddings q WHERE q.model_id = %(model_id)s AND q.text_hash = m.text_hash) AS has_text,
    EXISTS (SELECT FROM match_people p JOIN profile_embeddings e ON e.profile_id = p.profile_id
        WHERE p.match_id = m.id AND p.liked AND e.model_id = %(model_id)s AND e.embedding IS NOT NULL) AS has_people,
    (SELECT count(*) FROM match_people p WHERE p.match_id = m.id AND p.liked) AS liked,
    (SELECT count(*) FROM match_people p WHERE p.match_id = m.id AND NOT p.liked) AS unliked,
    (SELECT r.full_name FROM match_people p JOIN profiles r ON r.id = p.profile_id
        WHERE p.match_id = m.id AND p.liked ORDER BY p.profile_id LIMIT 1) AS name,
    (SELECT t.reltuples::bigint FROM pg_class t
        WHERE t.oid = to_regclass('profile_embeddings_' || %(model_id)s::text)) AS vectors
FROM matches m WHERE m.id = %(match)s AND m.search_id = %(search_id)s;

-- vector_of_text --
-- The vector of a text, read once.
(SELECT q.embedding FROM query_embeddings q WHERE q.model_id = {model} AND q.text_hash = {text_hash})

-- vector_of_people --
-- The middle of some people (Rocchio): {alpha} times the text, {beta} times the middle of those who are liked, less
-- {gamma} times that of the others. Parts that are not there count as nothing. There is no product of a vector and a
-- number, hence weights as often as a vector has dimensions.
(SELECT l2_normalize(coalesce((SELECT q.embedding::vector FROM query_embeddings q
            WHERE q.model_id = {model} AND q.text_hash = {text_hash}) * w.alpha, w.zero)
        + coalesce(r.liked * w.beta, w.zero) - coalesce(r.unliked * w.gamma, w.zero))::halfvec(384)
    FROM (SELECT avg(e.embedding::vector) FILTER (WHERE p.liked) AS liked,
            avg(e.embedding::vector) FILTER (WHERE NOT p.liked) AS unliked
        FROM match_people p JOIN profile_embeddings e ON e.profile_id = p.profile_id
        WHERE p.match_id = {match} AND e.model_id = {model}) AS r
    CROSS JOIN (SELECT array_fill({alpha}::real, ARRAY[384])::vector AS alpha,
        array_fill({beta}::real, ARRAY[384])::vector AS beta, array_fill({gamma}::real, ARRAY[384])::vector AS gamma,
        array_fill(0::real, ARRAY[384])::vector AS zero) AS w)

-- similarity --
-- How alike a person is to what is compared with: 1 the same, 0 nothing in common; NULL for who has no vector.
(1 - (e.embedding <=> {vector}))

-- similarity_of_row --
-- The same of a row of an export, to three places.
(SELECT round((1 - (e.embedding <=> {vector}))::numeric, 3)::float8 FROM candidates k
    JOIN profile_embeddings e ON e.profile_id = k.profile_id AND e.model_id = {model} WHERE k.id = r.candidate_id)

-- live_model --
-- The model that everything is compared by.
(SELECT l.id FROM embedding_models l WHERE l.state = 'live')

-- weight_by_kind --
-- Rocchio's weight of a match m: with whom was taken and rejected, or with some people alone.
CASE WHEN m.kind = 'taste' THEN {taste} ELSE {people} END

-- vector_of_match --
-- The vector of a match of this search, whatever it is: for a filter, which is made before anything is read. Run once.
(SELECT CASE WHEN m.kind IN ('job', 'text') THEN {text} ELSE {people} END
    FROM matches m WHERE m.id = {match} AND m.search_id = {search})

-- similarity_shown --
-- How alike a person with the vector e is, as the list shows it: 0 to 1, to two places.
round(greatest(0, least(1, 1 - (e.embedding <=> {vector})))::numeric, 2)

-- whom_likeness_leaves --
-- Candidates c with a vector about whose likeness {holds} says so. A join, which the planner makes by hash where a search
-- is large and by looking for each one's vector where it is small; a subquery for each would leave it no choice. Of a
-- vector that is not there nothing is true.
EXISTS (SELECT FROM profile_embeddings e WHERE e.profile_id = c.profile_id AND e.model_id = {model}
    AND e.embedding IS NOT NULL AND {vector} IS NOT NULL AND {holds})

-- whom_likeness_leaves_out --
-- The others, for conditions that whoever was not compared meets: candidates c but those about whose likeness they are
-- not true.
NOT EXISTS (SELECT FROM profile_embeddings e WHERE e.profile_id = c.profile_id AND e.model_id = {model}
    AND e.embedding IS NOT NULL AND {vector} IS NOT NULL AND ({holds}) IS NOT TRUE)

-- compared_source --
-- People with their vectors, where they have one.
candidates c LEFT JOIN profile_embeddings e ON e.profile_id = c.profile_id AND e.model_id = {model}

-- fused --
-- Reciprocal rank fusion of two orders: by likeness, and by how well the words fit, which counts {weight} as much. Who
-- has no vector stands in one only.
(CASE WHEN e.embedding IS NULL THEN 0 ELSE 1.0 / ({k} + rank() OVER (ORDER BY e.embedding <=> {vector} NULLS LAST)) END
    + {weight} / ({k} + rank() OVER (ORDER BY {rank} DESC)))

-- not_among --
-- Those who do not stand at the head of the list already.
c.id <> ALL ({value}::bigint[])

-- scan_near --
-- For the transaction: an index of vectors is read on until there are enough, however few of them pass the filter, and
-- nothing else has the order. Rows may come slightly out of order, and are sorted after.
SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', %(ef_search)s, true),
    set_config('hnsw.max_scan_tuples', %(most)s, true), set_config('hnsw.scan_mem_multiplier', '8', true),
    set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true);

-- scan_as_usual --
-- The same transaction goes on as others.
SELECT set_config('enable_seqscan', 'on', true), set_config('enable_bitmapscan', 'on', true),
    set_config('enable_sort', 'on', true), set_config('enable_hashjoin', 'on', true),
    set_config('enable_mergejoin', 'on', true);

-- fetch_nearest --
-- Of the people that a filter leaves those who are most alike, by the index of vectors: fewer than the limit where it
-- gave up before it had met enough.
WITH near AS MATERIALIZED (
    SELECT c.id, e.embedding <=> {vector} AS distance
    FROM profile_embeddings e JOIN candidates c ON c.profile_id = e.profile_id
    WHERE e.model_id = {model} AND {where} ORDER BY e.embedding <=> {vector} LIMIT %(limit)s)
SELECT near.id FROM near WHERE near.distance IS NOT NULL ORDER BY near.distance, near.id DESC;

-- fetch_similarities --
-- Of candidates of one page how alike they are to what is compared with.
SELECT c.id::text AS id, (1 - (e.embedding <=> {vector}))::float8 AS similarity
FROM candidates c LEFT JOIN profile_embeddings e ON e.profile_id = c.profile_id AND e.model_id = {model}
WHERE c.id = ANY (%(ids)s::bigint[]) AND c.search_id = %(search_id)s;

-- people_of_page --
-- Candidates of one page.
candidates c WHERE c.id = ANY (%(ids)s::bigint[]) AND c.search_id = %(search_id)s

-- people_elsewhere --
-- People of other searches, by their profiles.
profiles c WHERE c.id = ANY (%(ids)s::bigint[])

-- fetch_shared_words --
-- Which of a text's words, and which skills that it names, stand with candidates of one page: skills first. Names are no
-- reason, so they are left out (weight A).
WITH asked AS MATERIALIZED (
    SELECT t.word, t.n, sx_tsquery(t.word, false) AS query, sx_key(t.word) AS key, t.word LIKE '%% %%' AS phrase
    FROM unnest(%(words)s::text[]) WITH ORDINALITY AS t (word, n)),
people AS MATERIALIZED (
    SELECT c.id, ts_filter(c.search_tsv, '{{b,c,d}}') AS words, sx_keys(c.skills) AS skills FROM {people})
SELECT p.id::text AS id, (array_agg(a.word ORDER BY a.key = ANY (p.skills) DESC, a.n))[1:%(most)s] AS words
FROM people p JOIN asked a ON CASE WHEN a.phrase THEN a.key = ANY (p.skills) ELSE p.words @@ a.query END GROUP BY p.id;

-- fetch_shared_traits --
-- Which skills, titles, companies and industries candidates of one page share with those who are liked: what most of
-- them have first.
WITH liked AS MATERIALIZED (
    SELECT t.key, min(t.said) AS said, count(DISTINCT p.profile_id) AS people, array_agg(DISTINCT p.profile_id) AS who
    FROM match_people p JOIN profiles r ON r.id = p.profile_id CROSS JOIN LATERAL (
        SELECT sx_key(s.skill), s.skill FROM unnest(r.skills) AS s (skill)
        UNION ALL VALUES (r.title_key, r.title), (r.company_key, r.company), (sx_key(r.industry), r.industry)) AS t (key, said)
    WHERE p.match_id = %(match)s AND p.liked AND t.key <> '' GROUP BY t.key),
people AS MATERIALIZED (
    SELECT c.id, {profile} AS profile_id,
        sx_keys(c.skills) || c.title_key || c.company_key || sx_key(c.industry) AS keys FROM {people})
SELECT p.id::text AS id, (array_agg(l.said ORDER BY l.people DESC, l.said))[1:%(most)s] AS words
FROM people p JOIN liked l ON l.key = ANY (p.keys) AND l.who <> ARRAY[p.profile_id] GROUP BY p.id;

-- count_compared --
-- How many of a search's people can be compared, and how many there are.
SELECT count(*) AS people, count(e.embedding) AS compared
FROM candidates c LEFT JOIN profile_embeddings e ON e.profile_id = c.profile_id AND e.model_id = %(model_id)s
WHERE c.search_id = %(search_id)s;

-- fetch_job --
-- What a search is for, as the actor sees it.
SELECT s.job_description FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- fetch_chosen --
-- The people behind some candidates of a search that the actor sees.
SELECT c.profile_id FROM candidates c JOIN searches s ON s.id = c.search_id
WHERE c.search_id = %(search_id)s AND c.id = ANY (%(ids)s::bigint[]) AND search_visible(s, %(actor)s, %(role)s)
ORDER BY c.profile_id;

-- fetch_decided --
-- Whom people took forward and whom they turned down in a search, the last ones first.
(SELECT c.profile_id, true AS liked FROM candidates c WHERE c.search_id = %(search_id)s
    AND c.stage IN ('shortlisted', 'contacted', 'interviewing', 'hired')
    ORDER BY c.stage_changed_at DESC NULLS LAST, c.id DESC LIMIT %(most)s)
UNION ALL
(SELECT c.profile_id, false FROM candidates c WHERE c.search_id = %(search_id)s AND c.stage = 'rejected'
    ORDER BY c.stage_changed_at DESC NULLS LAST, c.id DESC LIMIT %(most)s);

-- insert_match --
-- A match, or the one of the same definition, which is in use again.
INSERT INTO matches (search_id, kind, definition, text, text_hash, words, created_by)
VALUES (%(search_id)s, %(kind)s, %(definition)s, %(text)s,
    CASE WHEN %(text)s::text <> '' THEN query_hash(%(text)s) END, %(words)s, %(actor)s)
ON CONFLICT (search_id, definition) DO UPDATE SET used_at = now() RETURNING id;

-- insert_people --
-- Whom it is like, and whom not; nobody twice, and nobody who has just gone.
INSERT INTO match_people (match_id, profile_id, liked)
SELECT %(match)s, p.id, w.liked FROM unnest(%(people)s::bigint[], %(liked)s::boolean[]) AS w (id, liked)
JOIN profiles p ON p.id = w.id ON CONFLICT DO NOTHING;

-- touch_match --
-- In use: kept for another three months.
UPDATE matches SET used_at = now() WHERE id = %(match)s AND used_at < now() - interval '1 hour';

-- delete_unused --
-- What nobody has looked at for three months and no saved view needs.
DELETE FROM matches m WHERE m.used_at < now() - interval '90 days' AND NOT EXISTS (
    SELECT FROM saved_views v WHERE v.search_id = m.search_id AND v.state ->> 'match' = m.id::text);

-- fetch_fitting_searches --
-- Open searches that the actor sees whose job description is most like a person, and of how many; theirs among them.
SELECT s.id, s.title, (1 - (q.embedding <=> {vector}))::float8 AS similarity, EXISTS (
        SELECT FROM candidates c WHERE c.search_id = s.id AND c.profile_id = {profile}) AS is_in,
    left(s.job_description, 2000) AS job_description, count(*) OVER () AS compared
FROM searches s JOIN query_embeddings q ON q.model_id = {model} AND q.text_hash = query_hash(s.job_description)
WHERE s.archived_at IS NULL AND s.job_description <> '' AND search_visible(s, %(actor)s, %(role)s)
ORDER BY q.embedding <=> {vector}, s.id LIMIT %(limit)s;

-- vector_of_person --
-- The vector of one person.
(SELECT e.embedding FROM profile_embeddings e WHERE e.model_id = {model} AND e.profile_id = {profile})

-- fetch_unread_jobs --
-- Job descriptions of open searches that the actor sees and that have no vector yet.
SELECT s.id, s.job_description FROM searches s
WHERE s.archived_at IS NULL AND s.job_description <> '' AND search_visible(s, %(actor)s, %(role)s)
    AND NOT EXISTS (SELECT FROM query_embeddings q WHERE q.model_id = %(model_id)s
        AND q.text_hash = query_hash(s.job_description))
ORDER BY s.created_at DESC, s.id LIMIT %(limit)s;

-- fetch_person --
-- The person behind a candidate of a search that the actor sees, and whether they can be compared.
SELECT c.profile_id, e.embedding IS NOT NULL AS is_read, e.profile_id IS NOT NULL AS was_looked_at
FROM candidates c JOIN searches s ON s.id = c.search_id
LEFT JOIN profile_embeddings e ON e.profile_id = c.profile_id AND e.model_id = %(model_id)s
WHERE c.id = %(candidate_id)s AND c.search_id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- fetch_elsewhere_near --
-- Of people of other searches that the actor sees, and who are not in this one, the most alike by the index of vectors:
-- fewer than the limit where it gave up before it had met enough.
SELECT e.profile_id AS id, e.embedding <=> {vector} AS distance FROM profile_embeddings e
WHERE e.model_id = {model} AND {allowed} ORDER BY e.embedding <=> {vector} LIMIT %(limit)s;

-- fetch_elsewhere --
-- The same by comparing everyone: + 0 keeps the index out, which would give up again.
SELECT e.profile_id AS id, (e.embedding <=> {vector}) + 0 AS distance FROM profile_embeddings e
WHERE e.model_id = {model} AND e.embedding IS NOT NULL AND {allowed}
ORDER BY (e.embedding <=> {vector}) + 0, e.profile_id DESC LIMIT %(limit)s;

-- elsewhere_allowed --
-- In a search that the actor sees, and not in this one.
EXISTS (SELECT FROM candidates c JOIN searches s ON s.id = c.search_id WHERE c.profile_id = e.profile_id
    AND s.archived_at IS NULL AND search_visible(s, %(actor)s, %(role)s))
AND NOT EXISTS (SELECT FROM candidates c WHERE c.profile_id = e.profile_id AND c.search_id = %(search_id)s)

-- count_elsewhere --
-- How many people that is, compared or not, among so many places of people in other searches that the actor sees; and
-- whether those were all. Read from the index of places, and never further than that: who sees little, or has everyone
-- in this search already, would have everybody looked at for nobody.
WITH looked AS MATERIALIZED (
    SELECT c.profile_id FROM searches s JOIN candidates c ON c.search_id = s.id
    WHERE s.archived_at IS NULL AND s.id <> %(search_id)s AND search_visible(s, %(actor)s, %(role)s) LIMIT %(most)s + 1)
SELECT count(DISTINCT l.profile_id) AS people, (SELECT count(*) FROM looked) <= %(most)s AS whole
FROM (SELECT profile_id FROM looked LIMIT %(most)s) AS l WHERE NOT EXISTS (
    SELECT FROM candidates c WHERE c.search_id = %(search_id)s AND c.profile_id = l.profile_id);

-- fetch_elsewhere_rows --
-- What is shown of them: who they are, and up to three searches of the actor's sight that they are in.
SELECT p.id, p.full_name, p.title, p.company, p.location, p.headline, coalesce(k.places, '[]') AS places
FROM unnest(%(people)s::bigint[]) WITH ORDINALITY AS u (id, n) JOIN profiles p ON p.id = u.id
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('search_id', x.search_id, 'title', x.title, 'candidate_id', x.id,
        'stage', x.stage) ORDER BY x.rank, x.id DESC) AS places
    FROM (SELECT c.id, c.search_id, s.title, c.stage, array_position(
            '{hired,interviewing,contacted,shortlisted,rejected,new}'::text[], c.stage) AS rank
        FROM candidates c JOIN searches s ON s.id = c.search_id WHERE c.profile_id = p.id AND s.archived_at IS NULL
            AND search_visible(s, %(actor)s, %(role)s) ORDER BY 5, c.id DESC LIMIT 3) AS x) AS k ON true
ORDER BY u.n;

-- fetch_allowed_elsewhere --
-- Of some people those who are in a search that the actor sees.
SELECT p.id FROM unnest(%(people)s::bigint[]) AS p (id) WHERE EXISTS (
    SELECT FROM candidates c JOIN searches s ON s.id = c.search_id
    WHERE c.profile_id = p.id AND s.archived_at IS NULL AND search_visible(s, %(actor)s, %(role)s));

-- add_people --
-- Puts people into a search; who is there already stays as they are.
SELECT count(*) AS added FROM add_candidates(%(search_id)s, %(people)s::bigint[], %(actor)s);

-- count_added --
-- More people in a search.
UPDATE searches SET profile_count = profile_count + %(added)s WHERE id = %(search_id)s;
