-- insert_picked --
-- The people of a view who are most like a job, and some of the others by chance, become items of a run. Who has no
-- vector is among the others. Draws are by a hash of seed and person: the same seed draws the same people, and a larger
-- sample those of a smaller one, too. The drawn are spread evenly among the similar, so that a run that is stopped has
-- a part of both; a claim takes who has waited longest.
WITH everyone AS MATERIALIZED (
    SELECT c.id, c.profile_id FROM candidates c
    WHERE {where} AND EXISTS (
        SELECT FROM searches s WHERE s.id = c.search_id AND search_editable(s, %(actor)s, %(role)s))),
compared AS MATERIALIZED (
    SELECT e.id, p.embedding <=> q.embedding AS distance
    FROM query_embeddings q JOIN profile_embeddings p ON p.model_id = q.model_id AND p.embedding IS NOT NULL
    JOIN everyone e ON e.profile_id = p.profile_id
    WHERE q.model_id = %(model_id)s AND p.model_id = %(model_id)s AND q.text_hash = %(text_hash)s),
alike AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY distance, id) AS place FROM compared ORDER BY distance, id LIMIT %(top)s),
drawn AS MATERIALIZED (
    SELECT e.id, row_number() OVER (ORDER BY md5(%(seed)s::bigint || ' ' || e.id), e.id) AS place
    FROM everyone e WHERE NOT EXISTS (SELECT FROM alike s WHERE s.id = e.id)
    ORDER BY place LIMIT %(sample)s),
picked AS (
    SELECT id, 'similar' AS pick, place, place::float8 AS turn FROM alike
    UNION ALL
    SELECT id, 'control', NULL, (place - 0.5) * (SELECT count(*) FROM alike) / (SELECT count(*) FROM drawn) FROM drawn),
inserted AS (
    INSERT INTO screening_items (run_id, candidate_id, pick, place, not_before)
    SELECT %(run_id)s, id, pick, place, now() - make_interval(secs => (%(top)s - turn) / 1e6) FROM picked
    ON CONFLICT DO NOTHING)
SELECT (SELECT count(*) FROM everyone) AS people, (SELECT count(*) FROM compared) AS compared,
    (SELECT count(*) FROM alike) AS similar, (SELECT count(*) FROM drawn) AS control;

-- count_uncompared --
-- How many of a view have no vector of a model; none where the view is not the actor's to see.
SELECT count(*) AS n FROM candidates c JOIN searches s ON s.id = c.search_id
WHERE {where} AND search_visible(s, %(actor)s, %(role)s) AND NOT EXISTS (
    SELECT FROM profile_embeddings p
    WHERE p.profile_id = c.profile_id AND p.model_id = %(model_id)s AND p.embedding IS NOT NULL);

-- note_fits --
-- What the model's verdicts came to, for those who were picked.
UPDATE screening_items i SET model_fit = u.fit
FROM unnest(%(ids)s::bigint[], %(fits)s::text[]) AS u (candidate_id, fit)
WHERE i.run_id = %(run_id)s AND i.candidate_id = u.candidate_id AND i.pick <> '';

-- fetch_last_seed --
-- What the sample of a search's last pre-screen was drawn by; no row before the first.
SELECT (r.counts -> '_prescreen' ->> 'seed')::bigint AS seed FROM runs r
WHERE r.search_id = %(search_id)s AND r.kind = 'screen' AND r.counts -> '_prescreen' ->> 'seed' IS NOT NULL
ORDER BY r.id DESC LIMIT 1;

-- measure --
-- What came of a search's pre-screens, the newest first, or of one: whom the model called what, among the similar and
-- among the drawn. last_strong: the place of the last of the
-- similar who was called strong.
SELECT r.id AS run_id, r.state, r.created_at, r.counts -> '_prescreen' AS picked, r.counts ->> 'cost' AS cost,
    (r.counts ->> 'calls')::int AS calls, v.version AS rubric_version,
    count(*) FILTER (WHERE i.pick = 'similar' AND i.state = 'done') AS similar_done,
    count(*) FILTER (WHERE i.pick = 'similar' AND i.model_fit = 'strong') AS similar_strong,
    count(*) FILTER (WHERE i.pick = 'similar' AND i.model_fit IN ('strong', 'possible')) AS similar_possible,
    count(*) FILTER (WHERE i.pick = 'control' AND i.state = 'done') AS control_done,
    count(*) FILTER (WHERE i.pick = 'control' AND i.model_fit = 'strong') AS control_strong,
    count(*) FILTER (WHERE i.pick = 'control' AND i.model_fit IN ('strong', 'possible')) AS control_possible,
    coalesce(max(i.place) FILTER (WHERE i.model_fit = 'strong'), 0) AS last_strong
FROM (
    SELECT r.* FROM runs r JOIN searches s ON s.id = r.search_id
    WHERE r.search_id = %(search_id)s AND r.kind = 'screen' AND r.counts -> '_prescreen' IS NOT NULL
        AND (%(run_id)s::bigint IS NULL OR r.id = %(run_id)s) AND search_visible(s, %(actor)s, %(role)s)
    ORDER BY r.id DESC LIMIT %(limit)s) AS r
LEFT JOIN rubrics v ON v.id = (r.params ->> 'rubric_id')::bigint
LEFT JOIN screening_items i ON i.run_id = r.id
GROUP BY r.id, r.state, r.created_at, r.counts, v.version ORDER BY r.id DESC;
