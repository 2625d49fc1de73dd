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
-- Writes new values over old ones, a line for each, and returns how many of each kind there were. again: the same value,
-- and a change all the same, since it is for another reason.
WITH found AS MATERIALIZED (
    {found}
), todo AS MATERIALIZED (
    SELECT id, old, new FROM found WHERE (old IS DISTINCT FROM new OR again) AND NOT meanwhile
), written AS (
    UPDATE candidates c SET {assignments}, changed_by = %(actor)s, changed_xid = pg_current_xact_id()
    FROM todo t WHERE c.id = t.id
), logged AS (
    INSERT INTO changes (batch_id, candidate_id, field, old, new)
    SELECT %(batch_id)s, id, %(field)s, to_jsonb(old), to_jsonb(new) FROM todo
), counted AS (
    UPDATE change_batches SET changed = changed + (SELECT count(*) FROM todo) WHERE id = %(batch_id)s
)
SELECT count(*) FILTER (WHERE (old IS DISTINCT FROM new OR again) AND NOT meanwhile) AS changed,
    count(*) FILTER (WHERE (old IS DISTINCT FROM new OR again) AND meanwhile) AS skipped_changed,
    count(*) FILTER (WHERE old IS NOT DISTINCT FROM new AND NOT again AND NOT refused) AS unchanged,
    count(*) FILTER (WHERE old IS NOT DISTINCT FROM new AND NOT again AND refused) AS skipped_full
FROM found;

-- found_by_action --
-- Locked candidates with the value that an action gives them. meanwhile: someone else changed the
-- row after the actor saw it, in a snapshot of its own ("shown", by id) or in that of the whole list.
SELECT c.id, {column} AS old, {value} AS new, {refused} AS refused, {again} AS again,
    c.changed_by IS DISTINCT FROM %(actor)s
        AND coalesce(NOT pg_visible_in_snapshot(
            c.changed_xid, coalesce(%(shown)s::jsonb ->> c.id::text, %(as_of)s)::pg_snapshot), false) AS meanwhile
FROM candidates c WHERE c.id = ANY (%(ids)s::bigint[])

-- found_by_undo --
-- Locked candidates with the value that they had before a batch. meanwhile: it is no longer what that batch made of it,
-- or it is so again because somebody decided it anew. Where what was before it is what an action made that was taken back
-- since, and that left this one alone then, it goes on back from there: whatever the order in which actions are taken
-- back, what is left is what the others made. again: the same value, for another reason. OFFSET 0: by the few lines of
-- someone, never down the log of everybody's.
WITH RECURSIVE back AS (
    SELECT h.candidate_id, h.batch_id, h.old, h.new, 0 AS steps
    FROM changes h WHERE h.batch_id = %(undoes)s AND h.field = %(field)s AND h.candidate_id = ANY (%(ids)s::bigint[])
    UNION ALL
    SELECT k.candidate_id, coalesce(b.undoes, b.id), CASE WHEN b.undoes IS NULL THEN e.old ELSE e.new END, k.new,
        k.steps + 1
    FROM back k CROSS JOIN LATERAL (
        SELECT o.batch_id, o.old, o.new FROM (
            SELECT a.batch_id, a.old, a.new FROM changes a
            WHERE a.candidate_id = k.candidate_id AND a.field = %(field)s OFFSET 0) AS o
        WHERE o.batch_id < k.batch_id ORDER BY o.batch_id DESC LIMIT 1) AS e JOIN change_batches b ON b.id = e.batch_id
    WHERE e.new IS NOT DISTINCT FROM k.old AND (b.undoes IS NOT NULL OR batch_undone(b)))
SELECT DISTINCT ON (c.id) c.id, {column} AS old, {before} AS new, false AS refused, {again} AS again,
    {column} IS DISTINCT FROM {after} OR {decided_anew} AS meanwhile
FROM back h JOIN candidates c ON c.id = h.candidate_id ORDER BY c.id, h.steps DESC

-- stage_for_another_reason --
-- What comes of it is a rejection, as before; for the reason that it had then.
(h.old IS NOT DISTINCT FROM h.new AND h.new = '"rejected"')

-- stage_decided_anew --
-- Somebody has moved them to the same stage since, on another way or for another reason, and that holds.
EXISTS (
    SELECT FROM changes n JOIN change_batches b ON b.id = n.batch_id
    WHERE n.candidate_id = c.id AND n.field = 'stage' AND n.batch_id > %(undoes)s AND n.new = h.new
        AND b.undoes IS NULL AND NOT batch_undone(b))

-- assign --
-- Any field.
{column} = t.new

-- assign_stage --
-- The stage, and since when: another reason for the same one is no move.
{column} = t.new, stage_changed_at = CASE WHEN t.new = c.{column} THEN c.stage_changed_at ELSE now() END

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

-- other_reason --
-- Whoever is rejected already, and for another reason than this one, is rejected for this one from now on. Their reason
-- is that of their last move to a stage, of those that were not taken back.
(c.stage = 'rejected' AND %(reason)s::text <> coalesce((
    SELECT l.reason FROM (
        SELECT h.batch_id, b.reason FROM changes h JOIN change_batches b ON b.id = h.batch_id
        WHERE h.candidate_id = c.id AND h.field = 'stage' AND NOT batch_undone(b) AND b.undoes IS NULL OFFSET 0) AS l
    ORDER BY l.batch_id DESC LIMIT 1), ''))

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
