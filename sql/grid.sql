-- text_contains --
-- Filter fragments: {column} is an identifier, {value} a placeholder. Key columns are never NULL.
{column} LIKE sx_contains({value})

-- text_not_contains --
-- Blank does not contain anything.
{column} NOT LIKE sx_contains({value})

-- text_equals --
-- Whole value, accents and case ignored.
{column} = sx_key({value})

-- text_not_equal --
-- Everything else, blanks included.
{column} <> sx_key({value})

-- text_starts_with --
-- Reads the sort index of the column as a prefix index.
{column} LIKE sx_starts({value})

-- text_ends_with --
-- End of the value.
{column} LIKE sx_ends({value})

-- text_blank --
-- Nothing filled in.
{column} = ''

-- text_not_blank --
-- Something filled in: a range of the sort index that begins after the blanks.
{column} > ''

-- value_equals --
-- Numbers and days.
{column} = {value}

-- value_not_equal --
-- Blanks are neither equal nor unequal.
{column} <> {value}

-- value_less --
-- Less than.
{column} < {value}

-- value_less_or_equal --
-- At most.
{column} <= {value}

-- value_greater --
-- More than.
{column} > {value}

-- value_greater_or_equal --
-- At least.
{column} >= {value}

-- value_between --
-- Both ends included.
{column} BETWEEN {value} AND {value_to}

-- value_in_span --
-- From the start, up to but without the end: one day, or a span of days.
({column} >= {value} AND {column} < {value_to})

-- value_not_in_span --
-- Outside of a span; blanks are not.
({column} < {value} OR {column} >= {value_to})

-- value_blank --
-- Nothing filled in.
{column} IS NULL

-- value_not_blank --
-- Something filled in.
{column} IS NOT NULL

-- set_any --
-- One of some values.
{column} = ANY ({value}::text[])

-- set_any_key --
-- One of some values, accents and case ignored.
{column} = ANY (sx_keys({value}::text[]))

-- set_rule --
-- Left out by a rule that says one of some sentences, whenever it was applied. Cut as its index is, and as the facet
-- tells them.
{column} IN (SELECT f.id FROM filter_rules f WHERE f.run_id IS NOT NULL AND left(f.sentence, 500) = ANY ({value}::text[]))

-- rejected_for --
-- Whose last move to a stage, of those that were not taken back, was a rejection for one of some reasons. The set is
-- made once and looked into for each, as in verdicts_in.
(c.id IN (
    SELECT l.candidate_id FROM (
        SELECT DISTINCT ON (h.candidate_id) h.candidate_id, b.reason
        FROM change_batches b JOIN changes h ON h.batch_id = b.id AND h.field = 'stage'
        WHERE b.search_id = {search} AND (b.undone_at IS NULL OR NOT batch_undone(b)) AND b.undoes IS NULL
        ORDER BY h.candidate_id, h.batch_id DESC) AS l
    WHERE l.reason = ANY ({codes}::text[]))) IS TRUE

-- set_overlaps --
-- An array that has one of some values. The second half lets an index on filled arrays be used.
({column} && {value}::text[] AND {column} <> '{{}}')

-- array_empty --
-- No value at all.
{column} = '{{}}'

-- verdicts_in --
-- Whose verdict on a criterion is one of some. IS TRUE keeps the planner from a join, whose size it cannot guess:
-- the set is hashed once, and looked into for each. OFFSET 0 has it read by the index of the criterion.
(c.id IN (
    SELECT v.candidate_id FROM criteria_asking({search}, {field}) AS q (id) CROSS JOIN LATERAL (
        SELECT d.candidate_id, d.criterion_id, d.verdict, d.decided FROM verdicts d
        WHERE d.criterion_id = q.id OFFSET 0) AS v
    GROUP BY v.candidate_id
    HAVING max(verdict_code(v.criterion_id, v.verdict, v.decided)) & 15 = ANY ({codes}::bigint[]))) IS TRUE

-- verdict_of --
-- The verdict that counts, as a number; NULL for whoever was not screened by the criterion. Three sets that are hashed
-- take a fifth of what looking for the verdict of each one does.
CASE WHEN {passed} THEN 3 WHEN {unknown} THEN 2 WHEN {failed} THEN 1 END

-- status_filtered --
-- Whoever was taken out.
{column} <> 'active'

-- search_word --
-- A word anywhere, or a part of a name or a company.
(c.search_tsv @@ sx_tsquery({value}, false)
    OR c.name_key LIKE sx_contains({value}) OR c.company_key LIKE sx_contains({value}))

-- search_short --
-- One or two signs: a whole word anywhere ("Go", "HR"), or how a name or a company begins.
(c.search_tsv @@ sx_tsquery({value}, false) OR c.name_key LIKE sx_starts({value})
    OR c.last_name_key LIKE sx_starts({value}) OR c.company_key LIKE sx_starts({value}))

-- search_prefix --
-- How a word begins.
c.search_tsv @@ sx_tsquery({value}, true)

-- search_phrase --
-- Words side by side.
c.search_tsv @@ sx_tsquery({value}, false)

-- negated --
-- Without what matches.
NOT {condition}

-- sort_text --
-- Blank as NULL, so that it comes last; by code points on every server.
nullif({column} COLLATE "C", '')

-- sort_stage --
-- In the order of the pipeline.
array_position('{{new,shortlisted,contacted,interviewing,hired,rejected}}'::text[], {column})

-- sort_fit --
-- Weakest first; unscreened people have none.
array_position('{{weak,possible,strong}}'::text[], {column})

-- named --
-- Among the columns that are read of the people who were found.
{expression} AS {column}

-- order_ascending --
-- Blanks last.
{column} ASC NULLS LAST

-- order_descending --
-- Blanks last here too.
{column} DESC NULLS LAST

-- order_backward --
-- Over rows that are not blank: reads the index backward.
{column} DESC

-- rank --
-- How well the words fit; name counts most. Normalised by length.
ts_rank_cd('{{0.1, 0.3, 0.6, 1.0}}', c.search_tsv, {query}, 1)

-- rank_of_hits --
-- The same by where and how often they stand alone. Beside another order, that of who wrote less is one of chance.
ts_rank_cd('{{0.1, 0.3, 0.6, 1.0}}', c.search_tsv, {query}, 0)

-- rank_word --
-- A word or a phrase that may stand in a hit.
sx_tsquery({value}, false)

-- rank_prefix --
-- How a word begins.
sx_tsquery({value}, true)

-- fetch_version --
-- The search as the actor sees it; no row when there is none or it is not theirs to see.
SELECT s.data_version, s.profile_count, search_editable(s, %(actor)s, %(role)s) AS editable,
    pg_current_snapshot()::text AS snapshot
FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- fetch_ids --
-- One page of ids straight from the table: first pages, and all pages while Redis is away.
SELECT c.id FROM candidates c WHERE {where} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s;

-- fetch_found_ids --
-- The same where few rows are hits: OFFSET 0 finds them before it sorts them. Left to itself, the
-- planner may walk a sort's index until it has met a page of hits, through a million rows if need be.
SELECT c.id FROM (SELECT c.id, {columns} FROM {source} WHERE {where} OFFSET 0) AS c
ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s;

-- build_list --
-- The ordered list as one string of ids, big-endian, straight from an index that has this order.
SELECT string_agg({packed}, ''::bytea ORDER BY {order}) AS ids FROM candidates c WHERE {where};

-- build_list_sorted --
-- The same for any other view: find first, sort after. OFFSET 0 keeps the planner from walking an
-- index in order and fetching a million rows at random.
SELECT string_agg({packed}, ''::bytea ORDER BY {order}) AS ids
FROM (SELECT c.id, {columns} FROM {source} WHERE {where} OFFSET 0) AS c;

-- build_list_grouped --
-- A sort by one column of few values: an ordered group for each, instead of comparing a million texts.
-- A hash aggregate takes the rows of a group as they come, and they come by id. A sort would mix them up,
-- so the plan is looked at first (explain_list).
SELECT string_agg(c.ids, ''::bytea ORDER BY {order}) AS ids
FROM (SELECT {columns}, string_agg({packed}, ''::bytea) AS ids
    FROM (SELECT c.id, {columns} FROM candidates c WHERE {where} ORDER BY {tie}) AS c GROUP BY {columns}) AS c;

-- build_list_without --
-- A view that only leaves people out: whoever matches is found by the text indexes once, and the order
-- is read from its own index alone. Its parts are of build_part.
WITH out AS MATERIALIZED (SELECT c.id FROM candidates c WHERE {search} AND ({matches}))
SELECT {parts} AS ids;

-- build_part --
-- One stretch of such a list.
(SELECT coalesce(string_agg({packed}, ''::bytea ORDER BY {order}), ''::bytea) FROM candidates c
    WHERE {where} AND c.id NOT IN (SELECT out.id FROM out))

-- packed_4 --
-- An id in 4 bytes.
int4send(c.id::int4)

-- packed_8 --
-- An id in 8 bytes, once ids have outgrown 4.
int8send(c.id)

-- fetch_ids_are_wide --
-- Whether ids have outgrown 4 bytes.
SELECT coalesce(max(id), 0) > 2147483647 AS wide FROM candidates;

-- count_rows --
-- Exact, by counting.
SELECT count(*) AS n FROM candidates c WHERE {where};

-- find_capped --
-- Who is found, up to a cap: for "are there few enough to rank", and enough to walk an index for.
SELECT count(*) AS n, array_agg(capped.id) AS ids
FROM (SELECT c.id FROM candidates c WHERE {where} LIMIT %(cap)s) AS capped;

-- among --
-- Those who were found before, in the same snapshot.
c.id = ANY ({value}::bigint[])

-- count_near --
-- Whether a page of hits is near wherever one looks: up to a cap, among the newest people.
SELECT count(*) AS n FROM (
    SELECT FROM (SELECT c.* FROM candidates c WHERE {search} ORDER BY c.added_at DESC, c.id DESC LIMIT %(among)s) AS c
    WHERE {where} LIMIT %(cap)s) AS capped;

-- explain_list --
-- How the planner would make a list.
EXPLAIN (FORMAT JSON) {query}

-- count_capped --
-- Exact up to a cap; for "are there too many for a list".
SELECT count(*) AS n FROM (SELECT FROM candidates c WHERE {where} LIMIT %(cap)s) AS capped;

-- walk_index --
-- For the rest of the transaction: read an index in order until a page is full.
SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off;

-- sort_in_memory --
-- For the transaction that builds a list: a million keys and ids fit; on disk they take twice as long.
-- In one process, which keeps rows in the order in which they were read.
SET LOCAL work_mem = '128MB'; SET LOCAL max_parallel_workers_per_gather = 0;

-- estimate_rows --
-- The planner's guess, in about a millisecond.
EXPLAIN (FORMAT JSON) SELECT FROM candidates c WHERE {where};

-- fetch_rows --
-- The rows of one page in the order of their ids. A candidate that is gone comes back as deleted.
SELECT u.id::text AS id, c.id IS NULL AS deleted, p.full_name, p.last_name, p.headline, p.title, p.company,
    p.location, p.industry, p.linkedin_url, array_to_string(p.skills[1:12], ', ') AS skills,
    c.years_experience::float8 AS years_experience, c.current_tenure_months, c.average_tenure_months,
    c.score::float8 AS score, c.fit, c.stage, c.filter_status, c.source, c.has_email, c.tags, c.note_count,
    to_char(c.added_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS added_at,
    to_char(c.screened_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS screened_at
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS u (id, n)
LEFT JOIN candidates c ON c.id = u.id AND c.search_id = %(search_id)s
LEFT JOIN profiles p ON p.id = c.profile_id
ORDER BY u.n;
