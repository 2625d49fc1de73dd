-- fetch_rights --
-- The search as the actor sees it; no row when there is none or it is not theirs to see.
SELECT s.data_version AS version, search_editable(s, %(actor)s, %(role)s) AS editable
FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- lock_candidates --
-- In the order of their ids, so that two writers of many cannot wait for each other. No row without the right.
SELECT c.id FROM candidates c JOIN searches s ON s.id = c.search_id
WHERE c.id = ANY (%(ids)s::bigint[]) AND c.search_id = %(search_id)s AND search_editable(s, %(actor)s, %(role)s)
ORDER BY c.id FOR NO KEY UPDATE OF c;

-- apply_changes --
-- Writes new values over old ones, a line for each, and returns how many of each kind there were.
WITH found AS MATERIALIZED (
    {found}
), todo AS MATERIALIZED (
    SELECT id, old, new FROM found WHERE old IS DISTINCT FROM new AND NOT meanwhile
), written AS (
    UPDATE candidates c SET {assignments}, changed_by = %(actor)s, changed_xid = pg_current_xact_id()
    FROM todo t WHERE c.id = t.id
), logged AS (
    INSERT INTO changes (batch_id, candidate_id, field, old, new)
    SELECT %(batch_id)s, id, %(field)s, to_jsonb(old), to_jsonb(new) FROM todo
), counted AS (
    UPDATE change_batches SET changed = changed + (SELECT count(*) FROM todo) WHERE id = %(batch_id)s
)
SELECT count(*) FILTER (WHERE old IS DISTINCT FROM new AND NOT meanwhile) AS changed,
    count(*) FILTER (WHERE old IS DISTINCT FROM new AND meanwhile) AS skipped_changed,
    count(*) FILTER (WHERE old IS NOT DISTINCT FROM new AND NOT refused) AS unchanged,
    count(*) FILTER (WHERE old IS NOT DISTINCT FROM new AND refused) AS skipped_full
FROM found;

-- found_by_action --
-- Locked candidates with the value that an action gives them. meanwhile: someone else changed the
-- row after the actor saw it, in a snapshot of its own ("shown", by id) or in that of the whole list.
SELECT c.id, {column} AS old, {value} AS new, {refused} AS refused,
    c.changed_by IS DISTINCT FROM %(actor)s
        AND coalesce(NOT pg_visible_in_snapshot(
            c.changed_xid, coalesce(%(shown)s::jsonb ->> c.id::text, %(as_of)s)::pg_snapshot), false) AS meanwhile
FROM candidates c WHERE c.id = ANY (%(ids)s::bigint[])

-- found_by_undo --
-- Locked candidates with the value that they had before a batch. meanwhile: it is no longer what
-- that batch made of it.
SELECT c.id, {column} AS old, {before} AS new, false AS refused, {column} IS DISTINCT FROM {after} AS meanwhile
FROM changes h JOIN candidates c ON c.id = h.candidate_id
WHERE h.batch_id = %(undoes)s AND h.field = %(field)s AND h.candidate_id = ANY (%(ids)s::bigint[])

-- assign --
-- Any field.
{column} = t.new

-- assign_stage --
-- The stage, and since when.
{column} = t.new, stage_changed_at = now()

-- assign_status --
-- In or out; who is in again is so by no rule, and who is out again by the one that the same status had last, as the
-- ledger has it (ledger.sql, keep).
{column} = t.new, filter_rule_id = CASE WHEN t.new <> 'active' THEN coalesce(c.filter_rule_id, (
    SELECT x.rule_id FROM exclusions x WHERE x.candidate_id = c.id AND x.filter_status = t.new ORDER BY x.id DESC LIMIT 1)) END

-- read_text --
-- A recorded value that is one text.
({recorded} #>> '{{}}')

-- read_texts --
-- A recorded value that is a list of texts.
ARRAY (SELECT jsonb_array_elements_text({recorded}))

-- never --
-- For actions that nobody is exempt from.
false

-- value_given --
-- As it was given.
%(value)s::text

-- value_tag_added --
-- A tag more, unless it is there or there is no room.
CASE WHEN %(value)s::text = ANY (c.tags) OR cardinality(c.tags) >= 50 THEN c.tags
    ELSE array_append(c.tags, %(value)s::text) END

-- refused_tag_added --
-- No room for another tag.
(cardinality(c.tags) >= 50 AND %(value)s::text <> ALL (c.tags))

-- value_tag_removed --
-- A tag less.
array_remove(c.tags, %(value)s::text)

-- value_excluded --
-- Who is out already stays out for the reason that is there.
CASE WHEN c.filter_status = 'active' THEN 'filtered_manual' ELSE c.filter_status END

-- value_restored --
-- Back in.
'active'::text

-- insert_batch --
-- One action of a person, for Undo.
INSERT INTO change_batches (search_id, user_id, run_id, action, value, undoes, reason)
VALUES (%(search_id)s, %(actor)s, %(run_id)s, %(action)s, %(value)s, %(undoes)s, %(reason)s) RETURNING id;

-- delete_batch --
-- An action that changed nothing.
DELETE FROM change_batches WHERE id = %(batch_id)s;

-- add_to_batch --
-- For those who count by themselves what they changed.
UPDATE change_batches SET changed = changed + %(changed)s::bigint WHERE id = %(batch_id)s;

-- fetch_batch_of_run --
-- The batch that a job writes into.
SELECT id, changed, undoes FROM change_batches WHERE run_id = %(run_id)s;

-- bump_version --
-- Others see that there is something new: the last statement of its transaction.
SELECT bump_version(%(search_id)s) AS version;
