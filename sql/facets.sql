-- people --
-- Whose values are counted: everyone.
candidates c

-- sampled_people --
-- One run of neighbours in so many, in order of their profiles: as good as drawn by lot, and people
-- who were imported together count in proportion. OFFSET 0 keeps the conditions out of the loop,
-- or the planner might search a text index once a run.
generate_series(%(first)s::bigint, %(last)s::bigint, %(step)s::bigint) AS run (start)
CROSS JOIN LATERAL (SELECT c.* FROM candidates c WHERE c.search_id = %(search_id)s
    AND c.profile_id >= run.start AND c.profile_id < run.start + %(length)s::bigint OFFSET 0) AS c

-- fetch_span --
-- First and last profile of a search; two looks into an index.
SELECT min(profile_id) AS first, max(profile_id) AS last FROM candidates WHERE search_id = %(search_id)s;

-- explain --
-- What the planner thinks a query costs.
EXPLAIN (FORMAT JSON) {query}

-- count_values --
-- How many have each value of one column; people = of all values together.
SELECT value, n, people FROM (
    SELECT value, n, sum(n) OVER ()::bigint AS people
    FROM (SELECT {column} AS value, count(*) AS n FROM {people} WHERE {where} GROUP BY 1) AS counted) AS summed
WHERE {wanted} ORDER BY n DESC, value LIMIT %(most)s

-- count_elements --
-- The same for an array: how many have each of its values, NULL for those who have none.
SELECT value, n, people FROM (
    SELECT value, n, sum(n) OVER ()::bigint AS people
    FROM (SELECT value, count(*) AS n
        FROM (SELECT unnest(CASE WHEN {column} = '{{}}' THEN '{{NULL}}'::text[] ELSE {column} END) AS value
            FROM {people} WHERE {where}) AS element GROUP BY 1) AS counted) AS summed
WHERE {wanted} ORDER BY n DESC, value LIMIT %(most)s

-- count_rules --
-- How many were left out by each rule, by what it says, whenever it was applied. Nobody else has a value.
SELECT value, n, people FROM (
    SELECT left(f.sentence, 500) AS value, sum(k.n)::bigint AS n, (sum(sum(k.n)) OVER ())::bigint AS people
    FROM (SELECT c.filter_rule_id AS rule_id, count(*) AS n FROM {people}
        WHERE {where} AND c.filter_rule_id IS NOT NULL GROUP BY 1) AS k
    JOIN filter_rules f ON f.id = k.rule_id GROUP BY 1) AS summed
WHERE {wanted} ORDER BY n DESC, value LIMIT %(most)s

-- count_reasons --
-- How many were rejected for each reason: that of their last move to a stage, of those that were not taken back.
SELECT value, n, people FROM (
    SELECT value, count(*) AS n, (sum(count(*)) OVER ())::bigint AS people
    FROM (SELECT coalesce((
            SELECT b.reason FROM changes h JOIN change_batches b ON b.id = h.batch_id
            WHERE h.candidate_id = c.id AND h.field = 'stage' AND b.undoes IS NULL
                AND (b.undone_at IS NULL OR NOT batch_undone(b))
            ORDER BY h.batch_id DESC LIMIT 1), '') AS value
        FROM {people} WHERE {where} AND c.stage = 'rejected') AS rejected GROUP BY 1) AS counted
ORDER BY n DESC, value LIMIT %(most)s

-- count_tags --
-- As count_elements where few have any: through the index of those who do. NULL counts the tagged.
WITH tagged AS MATERIALIZED (SELECT c.tags FROM {people} WHERE {where} AND c.tags <> '{{}}')
SELECT NULL AS value, count(*) AS n FROM tagged
UNION ALL (
    SELECT value, count(*) AS n FROM (SELECT unnest(tags) AS value FROM tagged) AS element
    WHERE {wanted} GROUP BY value ORDER BY n DESC, value LIMIT %(most)s)

-- count_verdicts --
-- How many have each verdict on a criterion, as it counts; NULL for those who have none.
SELECT value, n, (sum(n) OVER ())::bigint AS people FROM (
    SELECT (ARRAY['fail', 'unknown', 'pass'])[{verdict}] AS value, count(*) AS n
    FROM {people} WHERE {where} GROUP BY 1) AS counted

-- count_people --
-- All of them.
SELECT count(*) AS n FROM {people} WHERE {where}

-- count_small --
-- All columns of few values in one pass.
WITH cells AS MATERIALIZED (
    SELECT c.stage, c.fit, c.source, c.industry, c.filter_status, c.has_email, count(*) AS n
    FROM {people} WHERE {where} GROUP BY 1, 2, 3, 4, 5, 6)
SELECT 'stage' AS field, stage AS value, sum(n)::bigint AS n FROM cells GROUP BY stage
UNION ALL SELECT 'fit', fit, sum(n)::bigint FROM cells GROUP BY fit
UNION ALL SELECT 'has_email', has_email::text, sum(n)::bigint FROM cells GROUP BY has_email
UNION ALL (SELECT 'filter_status', filter_status, sum(n)::bigint FROM cells GROUP BY filter_status
    ORDER BY 3 DESC, 2 LIMIT %(most)s)
UNION ALL (SELECT 'source', source, sum(n)::bigint FROM cells GROUP BY source ORDER BY 3 DESC, 2 LIMIT %(most)s)
UNION ALL (SELECT 'industry', industry, sum(n)::bigint FROM cells GROUP BY industry ORDER BY 3 DESC, 2 LIMIT %(most)s)
ORDER BY n DESC, value

-- count_steps --
-- For a histogram of numbers: how many in each step of so much, and the ends.
SELECT floor(value / %(step_size)s::numeric)::int AS step, sum(n)::bigint AS n,
    min(value)::float8 AS low, max(value)::float8 AS high
FROM (SELECT {column} AS value, count(*) AS n FROM {people} WHERE {where} GROUP BY 1) AS counted
GROUP BY 1

-- count_likeness --
-- The same of how alike people are to what a view is compared with, as its list shows it; blank for who has no vector.
SELECT floor(value / %(step_size)s::numeric)::int AS step, sum(n)::bigint AS n,
    min(value)::float8 AS low, max(value)::float8 AS high
FROM (SELECT CASE WHEN e.embedding IS NOT NULL AND {vector} IS NOT NULL THEN {shown} END AS value, count(*) AS n
    FROM {people} LEFT JOIN profile_embeddings e ON e.profile_id = c.profile_id AND e.model_id = {model}
    WHERE {where} GROUP BY 1) AS counted
GROUP BY 1

-- count_bars --
-- For a histogram of moments: how many after each edge.
SELECT width_bucket({column}, %(edges)s::timestamptz[]) AS bar, count(*) AS n
FROM {people} WHERE {where} GROUP BY 1

-- fetch_moments --
-- The first and the last moment in a column of a search: two looks into an index where there is one, else a scan.
SELECT min({column}) AS first, max({column}) AS last FROM candidates c WHERE c.search_id = %(search_id)s

-- any_value --
-- Every value.
TRUE

-- value_contains --
-- Values that contain a text, accents and case ignored.
sx_key(value) LIKE sx_contains(%(text)s)

-- value_word_begins --
-- Values in which a word begins so; whoever has one is found by the text index.
sx_key(value) LIKE sx_contains(%(text)s) AND to_tsvector('pg_catalog.simple', sx_words(value)) @@ sx_tsquery(%(text)s, true)

-- value_among --
-- Values of a list, and blank where the conditions let it through.
(value = ANY (%(chosen)s::text[]) OR value IS NULL)

-- fetch_keys --
-- The keys of some texts, in their order.
SELECT sx_key(u.value) AS key FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS u (value, n) ORDER BY u.n;

-- fetch_spellings --
-- How a key is written: the most frequent spelling among the first five who have it.
SELECT u.key, (
    SELECT mode() WITHIN GROUP (ORDER BY p.{shown})
    FROM (SELECT c.profile_id FROM candidates c
        WHERE c.search_id = %(search_id)s AND c.{column} = u.key ORDER BY c.id LIMIT 5) AS few
    JOIN profiles p ON p.id = few.profile_id AND p.{column} = u.key) AS label
FROM unnest(%(keys)s::text[]) AS u (key);
