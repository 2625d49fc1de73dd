-- fetch_exportable --
-- The search as the actor sees it; allowed tells those who may export from viewers.
SELECT s.title, s.data_version, search_editable(s, %(actor)s, %(role)s) AS allowed
FROM searches s WHERE s.id = %(search_id)s::uuid AND search_visible(s, %(actor)s, %(role)s);

-- rows_processed --
-- One row a person: the profile, and how it was filtered and screened.
SELECT u.n, 0 AS m, c.id AS candidate_id, p.full_name, p.first_name, p.last_name, p.title, p.company, p.location,
    p.country, p.industry,
    p.headline, p.email, p.phone, p.linkedin_url, p.skills, p.years_experience::float8 AS years_experience,
    p.current_tenure_months, p.average_tenure_months, c.score::float8 AS score, c.fit, c.stage, c.filter_status,
    c.tags, c.note_count, p.source, c.has_email, c.added_at, c.screened_at, p.summary,
    (SELECT string_agg(k.title || ': ' || coalesce(v.decided, v.verdict), '; ' ORDER BY k.rubric_id, k.position)
     FROM verdicts v JOIN criteria k ON k.id = v.criterion_id WHERE v.candidate_id = c.id) AS verdicts,
    -- Why someone is out: each asked of those who are, and only where the column is wanted.
    CASE WHEN c.filter_status <> 'active' THEN (SELECT coalesce(nullif(x.sentence, ''), 'By hand')
        FROM exclusion_reasons x WHERE x.candidate_id = c.id) END AS exclusion_reason,
    CASE WHEN c.filter_status <> 'active' THEN (
        SELECT concat_ws(', ', nullif(x.entry, ''), nullif(x.list_name, ''), 'row ' || x.entry_row,
            'version ' || x.list_version)
        FROM exclusion_reasons x WHERE x.candidate_id = c.id) END AS exclusion_entry,
    CASE WHEN c.filter_status <> 'active' THEN (SELECT x.who FROM exclusion_reasons x WHERE x.candidate_id = c.id)
        END AS excluded_by,
    CASE WHEN c.filter_status <> 'active' THEN (SELECT x.at FROM exclusion_reasons x WHERE x.candidate_id = c.id)
        END AS excluded_at
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS u (id, n)
JOIN candidates c ON c.id = u.id AND c.search_id = %(search_id)s::uuid
JOIN profiles p ON p.id = c.profile_id

-- rows_with_verdicts --
-- The same with what was said of each person by question: the verdict that counts, and the evidence for the model's.
SELECT r.*, k.criteria FROM ({rows}) AS r
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(j.field, jsonb_build_array(j.verdict, j.evidence)) AS criteria FROM (
        SELECT DISTINCT ON (field) question_field(q.question) AS field, coalesce(v.decided, v.verdict) AS verdict,
            v.evidence_quote AS evidence
        FROM verdicts v JOIN criteria q ON q.id = v.criterion_id WHERE v.candidate_id = r.candidate_id
        ORDER BY field, v.criterion_id DESC) AS j) AS k ON true

-- rows_combined --
-- One row for each source of each person, as it came. || makes a copy in memory of a wide row, which is otherwise
-- unpacked anew for each of a thousand columns.
SELECT u.n, row_number() OVER (PARTITION BY u.n ORDER BY r.fetched_at, r.source) AS m,
    CASE WHEN jsonb_typeof(r.raw) = 'object' THEN r.raw || '{{}}' ELSE r.raw END AS raw,
    r.source AS imported_from, r.fetched_at AS imported_at
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS u (id, n)
JOIN candidates c ON c.id = u.id AND c.search_id = %(search_id)s::uuid
JOIN profile_raw r ON r.profile_id = c.profile_id

-- rows_detailed --
-- One row for each position of each person, newest first, and one for each verdict.
SELECT u.n, d.m, d.kind, p.full_name, p.linkedin_url, p.email, d.title, d.company, d.location, d.started_on,
    d.ended_on, d.is_current, d.description, d.criterion, d.criterion_kind, d.verdict, d.decided, d.evidence_field,
    d.evidence_quote, d.model, d.decided_at
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS u (id, n)
JOIN candidates c ON c.id = u.id AND c.search_id = %(search_id)s::uuid
JOIN profiles p ON p.id = c.profile_id
JOIN LATERAL (
    SELECT row_number() OVER (ORDER BY o.is_current DESC, o.started_on DESC NULLS LAST, o.id) AS m,
        'position' AS kind, o.title, o.company, o.location, o.started_on, o.ended_on, o.is_current, o.description,
        NULL AS criterion, NULL AS criterion_kind, NULL AS verdict, NULL AS decided, NULL AS evidence_field,
        NULL AS evidence_quote, NULL AS model, NULL::timestamptz AS decided_at
    FROM positions o WHERE o.profile_id = p.id
    UNION ALL
    SELECT 1000000 + row_number() OVER (ORDER BY k.rubric_id, k.position), 'verdict', NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, k.title, k.kind, v.verdict, v.decided, v.evidence_field, v.evidence_quote, v.model, v.created_at
    FROM verdicts v JOIN criteria k ON k.id = v.criterion_id WHERE v.candidate_id = c.id) AS d ON true

-- copy_csv --
-- Rows as lines of CSV. Which columns, and how their cells are written, is filled in.
COPY (SELECT {cells} FROM ({rows}) AS r WHERE {kept} ORDER BY r.n, r.m) TO STDOUT (FORMAT csv{quotes})

-- copy_json --
-- Rows as objects, one a line. JSON escapes control signs, so with these two nothing is ever quoted.
COPY (SELECT to_json(o) FROM (SELECT {cells} FROM ({rows}) AS r WHERE {kept} ORDER BY r.n, r.m) AS o)
TO STDOUT (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')

-- copy_raw_json --
-- What files brought, each row as one object on a line. A text that looks guarded gets one more ', as everywhere.
COPY (SELECT CASE WHEN strpos(r.raw::text, '": "''') = 0 OR jsonb_typeof(r.raw) <> 'object' THEN r.raw ELSE (
        SELECT jsonb_object_agg(e.key, CASE WHEN jsonb_typeof(e.value) = 'string'
            THEN to_jsonb(sx_keep(e.value #>> '{{}}')) ELSE e.value END) FROM jsonb_each(r.raw) AS e) END
    || jsonb_build_object({from_name}, r.imported_from, {at_name}, r.imported_at)
    FROM ({rows}) AS r ORDER BY r.n, r.m) TO STDOUT (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')

-- fetch_some --
-- The first rows, to be looked at.
SELECT {cells} FROM ({rows}) AS r WHERE {kept} ORDER BY r.n, r.m LIMIT %(limit)s

-- kept_all --
-- Every row.
true

-- kept_kind --
-- Rows of one kind only.
r.kind = {kind}

-- quote_all --
-- Quotes around every text: else spaces at its beginning would be lost to readers.
, FORCE_QUOTE *

-- cell_text --
-- A text, made safe for the kind of file.
{safe}(r.{column})

-- cell_of_text --
-- The same where a cell may also hold JSON: a text that looks like a list or an object gets a ' before it.
CASE WHEN ascii(r.{column}) IN (39, 91, 123) AND r.{column} ~ '^''*[[{{].*[]}}]$' THEN '''' || r.{column}
    ELSE {safe}(r.{column}) END

-- kept_list --
-- The texts of a list as an import gives them back: one that looks guarded gets one more '.
CASE WHEN array_to_string(r.{column}, E'\x1f') ~ E'(^|\x1f)'''
    THEN ARRAY (SELECT sx_keep(s.part) FROM unnest(r.{column}) WITH ORDINALITY AS s (part, n) ORDER BY s.n)
    ELSE r.{column} END

-- cell_list --
-- Several texts in one cell, for whoever takes it apart at a sign that no text holds.
array_to_string({kept}, {separator})

-- cell_of_list --
-- Several texts in one cell: with commas, or as JSON where the texts hold what an import separates at.
CASE WHEN array_to_string(r.{column}, E'\x1f') ~ E'[,;|\n\r\u2022\u00b7]|(^|\x1f)''|^[[{{]'
    THEN array_to_json({kept})::text ELSE {safe}(array_to_string(r.{column}, {separator})) END

-- cell_flag --
-- Yes or no.
CASE WHEN r.{column} THEN 'yes' WHEN NOT r.{column} THEN 'no' END

-- cell_moment --
-- A moment, in UTC.
to_char(r.{column}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')

-- cell_verdict --
-- A verdict on a criterion; nothing for who was not screened by it.
r.criteria -> {field} ->> 0

-- cell_evidence --
-- Its evidence, which is profile text.
{safe}(nullif(r.criteria -> {field} ->> 1, ''))

-- cell_evidence_of_text --
-- The same where a cell may also hold JSON.
CASE WHEN r.criteria -> {field} ->> 1 ~ '^''*[[{{].*[]}}]$' THEN '''' || (r.criteria -> {field} ->> 1)
    ELSE {safe}(nullif(r.criteria -> {field} ->> 1, '')) END

-- cell_raw --
-- What a file said in one of its columns: lists and objects as JSON, texts that look like that with a ' before them.
CASE WHEN ascii(r.raw ->> {key}) IN (39, 91, 123) THEN
    CASE WHEN jsonb_typeof(r.raw -> {key}) <> 'string' THEN r.raw ->> {key}
        WHEN r.raw ->> {key} ~ '^''*[[{{].*[]}}]$' THEN '''' || (r.raw ->> {key}) ELSE {safe}(r.raw ->> {key}) END
    ELSE {safe}(r.raw ->> {key}) END

-- cell_raw_rest --
-- What it said in columns for which a table has no room.
nullif((r.raw - {key}::text[])::text, '{{}}')

-- cell_plain --
-- A number or a date, or what becomes JSON.
r.{column}

-- cell_filled --
-- The only cell of a row: a line of CSV must not be empty.
coalesce(({cell})::text, '')

-- named --
-- A cell under the name of its column.
{cell} AS {column}

-- fetch_raw_keys --
-- The columns that files brought for these people, the first ones: named ones in their order, then by name.
SELECT f.key FROM (
    SELECT DISTINCT k.key
    FROM candidates c JOIN profile_raw r ON r.profile_id = c.profile_id,
        jsonb_object_keys(CASE WHEN jsonb_typeof(r.raw) = 'object' THEN r.raw ELSE '{}' END) AS k (key)
    WHERE c.id = ANY (%(ids)s::bigint[]) AND c.search_id = %(search_id)s::uuid) AS f
LEFT JOIN unnest(%(named)s::text[]) WITH ORDINALITY AS n (key, place) ON n.key = f.key
ORDER BY n.place NULLS LAST, f.key COLLATE "C" LIMIT %(most)s;

-- fetch_file_columns --
-- The columns of the files that were imported into a search, in their order; the oldest first.
SELECT r.params -> 'columns' AS columns FROM runs r
WHERE r.search_id = %(search_id)s::uuid AND r.kind = 'import' AND jsonb_typeof(r.params -> 'columns') = 'array'
ORDER BY r.id LIMIT 200;

-- count_people --
-- How many of these are still in the search.
SELECT count(*) AS n FROM candidates WHERE id = ANY (%(ids)s::bigint[]) AND search_id = %(search_id)s::uuid;

-- count_combined --
-- Rows that files brought for everyone in a view.
SELECT count(*) AS n FROM candidates c JOIN profile_raw r ON r.profile_id = c.profile_id WHERE {where};

-- count_detailed --
-- Positions and verdicts of everyone in a view.
SELECT (SELECT count(*) FROM candidates c JOIN positions o ON o.profile_id = c.profile_id WHERE {where})
    + (SELECT count(*) FROM candidates c JOIN verdicts v ON v.candidate_id = c.id WHERE {where}) AS n;

-- where_ids --
-- Candidates that were chosen one by one.
c.search_id = %(search_id)s::uuid AND c.id = ANY (%(ids)s::bigint[])

-- where_not_ids --
-- Everyone but those who were left out one by one.
{where} AND c.id <> ALL (%(left_out)s::bigint[])

-- insert_export --
-- A file that is whole.
INSERT INTO exports (search_id, user_id, run_id, variant, format, file_name, rows, bytes, storage_key, expires_at)
VALUES (%(search_id)s::uuid, %(actor)s, %(run_id)s, %(variant)s, %(format)s, %(file_name)s, %(rows)s, %(bytes)s,
    %(storage_key)s, now() + make_interval(days => %(days)s))
RETURNING id;

-- fetch_export --
-- One export with what the actor may do with it. A file that was made stays theirs while its search is archived.
SELECT e.id, e.format, e.file_name, e.bytes, e.storage_key, e.created_at, e.expires_at <= now() AS expired,
    (e.user_id = %(actor)s OR %(role)s = 'admin') AND %(role)s <> 'viewer' AND search_listed(s, %(actor)s, %(role)s) AS allowed
FROM exports e JOIN searches s ON s.id = e.search_id WHERE e.id = %(export_id)s::uuid;

-- fetch_download --
-- Whether someone has downloaded a file, or begun to.
SELECT id FROM audit_log
WHERE action = 'export.download' AND user_id = %(actor)s AND subject = %(export_id)s LIMIT 1;

-- fetch_exports --
-- The actor's own files of a search that they can still download, the newest first.
SELECT e.id, e.run_id, e.variant, e.format, e.file_name, e.rows, e.bytes, e.created_at, e.expires_at
FROM exports e JOIN searches s ON s.id = e.search_id
WHERE e.search_id = %(search_id)s::uuid AND e.user_id = %(actor)s AND e.expires_at > now()
    AND search_editable(s, %(actor)s, %(role)s)
ORDER BY e.created_at DESC, e.id LIMIT %(limit)s;

-- fetch_export_of_run --
-- The file of a run.
SELECT id, storage_key, rows, bytes, file_name FROM exports WHERE run_id = %(run_id)s;

-- fetch_expired --
-- Files that were kept long enough, whoever made them.
SELECT id, storage_key FROM exports WHERE expires_at <= now() ORDER BY expires_at LIMIT 100;

-- delete_export --
-- Forgets an export whose file is gone.
DELETE FROM exports WHERE id = %(export_id)s;

-- fetch_leftovers --
-- Files that runs were writing when they ended without one.
SELECT id, counts ->> '_file' AS storage_key FROM runs
WHERE kind = 'export' AND state IN ('failed', 'cancelled') AND counts ? '_file' LIMIT 100;

-- forget_leftover --
-- What such a run left behind is gone.
UPDATE runs SET counts = counts - '_file' WHERE id = %(run_id)s AND state IN ('failed', 'cancelled');

-- find_searches --
-- Searches with exactly this title that the actor may see.
SELECT s.id FROM searches s
WHERE s.title = %(title)s AND s.archived_at IS NULL AND search_visible(s, %(actor)s, %(role)s)
ORDER BY s.created_at DESC LIMIT 2;
