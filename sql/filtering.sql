-- everyone_active --
-- Whom rules are about: who is in.
c.search_id = %(search_id)s AND c.filter_status = 'active'

-- everyone_not_by_hand --
-- Who is in, and whom rules left out, as the ledger knows.
c.search_id = %(search_id)s AND (c.filter_status = 'active' OR c.id IN (
    SELECT x.candidate_id FROM exclusions x
    WHERE x.search_id = %(search_id)s AND x.restored_at IS NULL AND x.rule_id IS NOT NULL))

-- these_people --
-- Some people, in or out.
c.search_id = %(search_id)s AND c.id = ANY (%(ids)s::bigint[])

-- only_a_sample --
-- The same people each time, spread evenly. CASE: the planner takes it for half of them, a comparison for none.
AND CASE WHEN mod(hashint8(c.id), %(sample)s::integer) = 0 THEN true ELSE false END

-- only_a_part --
-- Some of the people, in runs of neighbours. CASE: as above.
AND CASE WHEN mod(c.id / %(block)s::integer, %(parts)s::integer) = %(part)s::integer THEN true ELSE false END

-- with_rules --
-- The rules by number and bit.
rules AS MATERIALIZED (
    SELECT (n - 1)::integer AS n, 1::bigint << (n - 1)::integer AS bit, fingerprint
    FROM unnest(%(fingerprints)s::text[]) WITH ORDINALITY AS u (fingerprint, n)
)

-- with_pardoned --
-- Whom a person brought back, and what had left them out: that entry, or rule, does not do so again.
pardoned AS MATERIALIZED (
    SELECT x.candidate_id, array_agg(r.bit) AS bits, array_agg(x.list_entry_id) AS entries
    FROM exclusions x JOIN filter_rules f ON f.id = x.rule_id JOIN rules r ON r.fingerprint = f.fingerprint
    WHERE x.search_id = %(search_id)s AND x.restored_as = 'person' AND NOT %(again)s::boolean
        AND NOT EXISTS (
            SELECT FROM exclusions later JOIN filter_rules g ON g.id = later.rule_id
            WHERE later.candidate_id = x.candidate_id AND later.id > x.id AND g.fingerprint = f.fingerprint
                AND later.list_entry_id IS NOT DISTINCT FROM x.list_entry_id)
    GROUP BY x.candidate_id
)

-- with_bits --
-- Everyone by every rule, once, from the inside: what each rule says, and which entry it met; this as bits, which
-- say yes, which do not know, which may not; which leave out, and the entry of the first of these. The lowest bit
-- is the first rule. OFFSET 0: each step is done once, and nothing is kept between them.
bits AS MATERIALIZED (
    SELECT id, filter_status, yes, unknown, guarded, drops, unknown & %(flag_bits)s::bigint AS flags{met},
        {first_entry} AS entry_id
    FROM (
        SELECT *, (yes | (unknown & %(drop_bits)s::bigint)) & ~guarded AS drops
        FROM (
            SELECT j.*, {yes} AS yes, {unknown} AS unknown,
                CASE WHEN g.candidate_id IS NULL THEN 0 ELSE (
                    SELECT coalesce(bit_or(u.bit), 0) FROM unnest(g.bits, g.entries) AS u (bit, entry)
                    WHERE {entry} IS NOT DISTINCT FROM u.entry) END AS guarded
            FROM (SELECT c.id, c.filter_status, {results} FROM who c {joins} OFFSET 0) AS j
            LEFT JOIN pardoned g ON g.candidate_id = j.id OFFSET 0) AS known
        OFFSET 0) AS decided
)

-- dry_run --
-- What would happen, a row for each rule and one (n NULL) for all.
WITH {ctes},
kinds AS MATERIALIZED (
    SELECT drops, yes, unknown, guarded, flags, count(*) AS people, (array_agg(id))[1:10] AS some
    FROM bits GROUP BY drops, yes, unknown, guarded, flags
)
SELECT r.n, coalesce(sum(k.people) FILTER (WHERE k.yes & r.bit <> 0), 0)::bigint AS alone,
    coalesce(sum(k.people) FILTER (WHERE k.unknown & r.bit <> 0), 0)::bigint AS unknown,
    coalesce(sum(k.people) FILTER (WHERE k.drops & -k.drops = r.bit), 0)::bigint AS in_order,
    coalesce(sum(k.people) FILTER (WHERE k.drops = r.bit), 0)::bigint AS without,
    coalesce(sum(k.people) FILTER (WHERE k.yes & k.guarded & r.bit <> 0), 0)::bigint AS guarded,
    coalesce(sum(k.people) FILTER (WHERE k.drops = 0 AND k.flags & r.bit <> 0), 0)::bigint AS flagged,
    ARRAY (SELECT u.id FROM kinds s, unnest(s.some) AS u (id) WHERE s.yes & r.bit <> 0 ORDER BY u.id LIMIT 10) AS samples,
    ARRAY (SELECT u.id FROM kinds s, unnest(s.some) AS u (id) WHERE s.unknown & r.bit <> 0 ORDER BY u.id LIMIT 10)
        AS unknown_samples
FROM rules r LEFT JOIN kinds k ON true GROUP BY r.n, r.bit
UNION ALL
SELECT NULL, coalesce(sum(people), 0)::bigint, 0, coalesce(sum(people) FILTER (WHERE drops <> 0), 0)::bigint, 0,
    coalesce(sum(people) FILTER (WHERE drops = 0 AND yes & guarded <> 0), 0)::bigint,
    coalesce(sum(people) FILTER (WHERE drops = 0 AND flags <> 0), 0)::bigint, '{{}}', '{{}}'
FROM kinds
ORDER BY n NULLS LAST;

-- fetch_entries_met --
-- The entry of its list by which one rule catches each person.
WITH {ctes}
SELECT b.id, coalesce(nullif(e.label, ''), nullif(e.url_key, ''), e.email_key) AS entry, e.row_number
FROM bits b JOIN list_entries e ON e.id = b.met_0;

-- would_change --
-- Who would be left out, and who would come back, if these rules were applied now; ten of each.
WITH {ctes},
moving AS MATERIALIZED (
    SELECT id, filter_status = 'active' AS leaves FROM bits
    WHERE (filter_status = 'active') = (drops <> 0)
)
SELECT count(*) FILTER (WHERE leaves) AS leave, count(*) FILTER (WHERE NOT leaves) AS come_back,
    ARRAY (SELECT id FROM moving WHERE leaves ORDER BY id LIMIT 10) AS leaving,
    ARRAY (SELECT id FROM moving WHERE NOT leaves ORDER BY id LIMIT 10) AS coming
FROM moving;

-- insert_outcomes --
-- What a run will write: who goes, by which rule and entry; who comes back; what could not be decided.
WITH {ctes},
found AS (
    SELECT id, CASE WHEN drops <> 0 AND filter_status = 'active' THEN 'drop'
            WHEN drops = 0 AND filter_status <> 'active' THEN 'back' END AS outcome,
        r.n, entry_id, unknown & r.bit <> 0 AS was_unknown
    FROM bits LEFT JOIN rules r ON r.bit = drops & -drops
    WHERE (filter_status = 'active') = (drops <> 0)
    UNION ALL
    SELECT b.id, 'flag', r.n, NULL, true FROM bits b JOIN rules r ON b.flags & r.bit <> 0 WHERE b.drops = 0
)
INSERT INTO filter_outcomes (run_id, seq, candidate_id, outcome, position, entry_id, entry_row, was_unknown)
SELECT %(run_id)s, %(first)s::integer + row_number() OVER (ORDER BY f.id, f.outcome, f.n), f.id, f.outcome, coalesce(f.n, 0),
    f.entry_id, e.row_number, coalesce(f.was_unknown, false)
FROM found f LEFT JOIN list_entries e ON e.id = f.entry_id;

-- insert_restores --
-- What a run that brings people back will write: everyone that the ledger has out, or those of one rule.
INSERT INTO filter_outcomes (run_id, seq, candidate_id, outcome, position)
SELECT %(run_id)s, row_number() OVER (ORDER BY c.id), c.id, 'back', 0
FROM candidates c
WHERE c.search_id = %(search_id)s AND c.filter_status <> 'active'
    AND (%(fingerprint)s::text IS NULL OR EXISTS (
        SELECT FROM exclusions x JOIN filter_rules f ON f.id = x.rule_id
        WHERE x.candidate_id = c.id AND x.restored_at IS NULL AND f.fingerprint = %(fingerprint)s));

-- more_memory --
-- For one transaction that judges everyone: hash tables of a whole search, no sorting of it, no walking through all
-- titles for each person, which is what nested loops do where too few people are expected. No workers beside: what
-- they hand over costs more than they take off, and parts keep the cores busy.
SELECT set_config('work_mem', '128MB', true), set_config('enable_mergejoin', 'off', true),
    set_config('enable_nestloop', 'off', true), set_config('max_parallel_workers_per_gather', '0', true);

-- export_snapshot --
-- This transaction's moment, for others to look at the same.
SELECT pg_export_snapshot() AS snapshot;

-- join_snapshot --
-- To look at that moment; the first statement of a transaction.
SET TRANSACTION SNAPSHOT {snapshot};

-- take_snapshot --
-- The moment of a judgement, to tell who was changed after it.
SELECT pg_current_snapshot()::text AS snapshot;

-- write_outcomes --
-- Writes the next candidates of a run: status, ledger, change log, flags; counts them by what became of them.
-- Whom another writer holds is waited for, and looked at as that one left them.
WITH todo AS MATERIALIZED (
    SELECT o.seq, o.candidate_id, o.outcome, o.entry_id, o.entry_row, o.was_unknown, r.id AS rule_id,
        CASE WHEN o.outcome = 'drop' THEN r.filter_status ELSE 'active' END AS status
    FROM filter_outcomes o
    LEFT JOIN filter_rules r ON r.run_id = o.run_id AND r.position = o.position
    WHERE o.run_id = %(run_id)s AND o.seq > %(after)s AND o.seq <= least(%(after)s::integer + %(limit)s::integer, %(until)s::integer)
    ORDER BY o.seq
), moved AS (
    UPDATE candidates c SET filter_status = m.status,
        filter_rule_id = CASE WHEN m.outcome = 'drop' THEN m.rule_id END,
        changed_by = %(actor)s, changed_xid = pg_current_xact_id()
    FROM todo m
    WHERE c.id = m.candidate_id AND c.search_id = %(search_id)s AND m.outcome <> 'flag'
        AND (c.filter_status = 'active') = (m.outcome = 'drop')
        AND NOT changed_meanwhile(c.changed_by, c.changed_xid, %(actor)s, %(as_of)s)
    RETURNING m.seq, m.candidate_id, m.outcome, m.rule_id, m.entry_id, m.entry_row, m.was_unknown,
        old.filter_status AS old, new.filter_status AS status
), logged AS (
    INSERT INTO changes (batch_id, candidate_id, field, old, new)
    SELECT %(batch_id)s, candidate_id, 'filter_status', to_jsonb(old), to_jsonb(status) FROM moved
), excluded AS (
    INSERT INTO exclusions (search_id, candidate_id, rule_id, list_entry_id, entry_row, was_unknown, filter_status, user_id)
    SELECT %(search_id)s, candidate_id, rule_id, entry_id, entry_row, was_unknown, status, %(actor)s
    FROM moved WHERE outcome = 'drop' ORDER BY seq
), restored AS (
    UPDATE exclusions x SET restored_at = now(), restored_by = %(actor)s, restored_as = %(restored_as)s
    FROM moved m WHERE x.candidate_id = m.candidate_id AND x.restored_at IS NULL AND m.outcome = 'back'
), flagged AS (
    INSERT INTO filter_flags (candidate_id, rule_id)
    SELECT t.candidate_id, t.rule_id FROM todo t JOIN candidates c ON c.id = t.candidate_id WHERE t.outcome = 'flag'
    ON CONFLICT DO NOTHING
), left_out AS (
    SELECT t.outcome, c.id IS NULL AS gone,
        changed_meanwhile(c.changed_by, c.changed_xid, %(actor)s, %(as_of)s) AS meanwhile,
        (c.filter_status = 'active') = (t.outcome = 'back') AS is_so
    FROM todo t LEFT JOIN candidates c ON c.id = t.candidate_id AND c.search_id = %(search_id)s
    -- Not a join: nothing is known of how many these are, and a loop over all pairs took longer than the writing.
    WHERE t.seq NOT IN (SELECT seq FROM moved)
)
SELECT (SELECT count(*) FROM todo) AS size,
    least(%(after)s::integer + %(limit)s::integer, %(until)s::integer) AS last,
    (SELECT count(*) FROM moved) AS changed,
    count(*) FILTER (WHERE outcome <> 'flag' AND NOT gone AND (meanwhile OR NOT is_so)) AS skipped_changed,
    count(*) FILTER (WHERE outcome <> 'flag' AND NOT gone AND NOT meanwhile AND is_so) AS unchanged,
    count(*) FILTER (WHERE gone) AS skipped_gone
FROM left_out;

-- drop_outcomes --
-- The run has written all of it.
DELETE FROM filter_outcomes WHERE run_id = %(run_id)s;

-- drop_ended_outcomes --
-- What runs that ended without tidying up left.
DELETE FROM filter_outcomes o USING runs r WHERE r.id = o.run_id AND r.state IN ('done', 'failed', 'cancelled');

-- forget_flags --
-- Flags of earlier runs in this search: what could not be decided is told anew each time.
DELETE FROM filter_flags g USING filter_rules f, runs r
WHERE f.id = g.rule_id AND r.id = f.run_id AND r.search_id = %(search_id)s AND f.run_id <> %(run_id)s;

-- bulk_indexing --
-- For one transaction that writes thousands: the indexes of words take their entries later, all at once. Candidates
-- are found by id, one after the other, and so locked in the order that everyone keeps.
SELECT set_config('gin_pending_list_limit', '256MB', true), set_config('synchronous_commit', 'off', true),
    set_config('enable_seqscan', 'off', true);

-- take_turn --
-- One writer of a search's statuses by rules at a time: no row while another run has begun and lives.
WITH locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended('sourcingx filter ' || %(search_id)s::text, 0)))
UPDATE runs r SET counts = counts || '{"_turn": true}'
FROM locked
WHERE r.id = %(run_id)s AND NOT EXISTS (
    SELECT FROM runs o WHERE o.search_id = r.search_id AND o.kind = 'filter' AND o.state = 'running' AND o.id <> r.id
        AND o.counts ? '_turn')
RETURNING r.id;

-- fetch_lists --
-- Lists that rules use, as they stand now; no row for one that the actor may not see or that was put away.
SELECT l.id, l.kind, l.holds, l.name, l.version FROM lists l
WHERE l.id = ANY (%(ids)s::bigint[]) AND l.archived_at IS NULL AND list_visible(l, %(actor)s, %(role)s);

-- fetch_search --
-- The search as the actor sees it, and how many people a rule would look at.
SELECT s.data_version AS version, s.profile_count AS people, search_editable(s, %(actor)s, %(role)s) AS editable
FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- insert_run_rules --
-- The rules as they are when a run is started.
INSERT INTO filter_rules (run_id, position, kind, params, on_unknown, list_id, list_version, sentence, filter_status,
    fingerprint)
SELECT %(run_id)s, g.position, g.kind, g.params, g.on_unknown, g.list_id, g.list_version, g.sentence, g.filter_status,
    g.fingerprint
FROM jsonb_to_recordset(%(rules)s) AS g(position smallint, kind text, params jsonb, on_unknown text, list_id bigint,
    list_version integer, sentence text, filter_status text, fingerprint text);

-- fetch_run_rules --
-- The rules of a run, in order.
SELECT f.id, f.position, f.kind, f.params, f.on_unknown, f.sentence, f.list_version, f.filter_status,
    l.id AS list_id, l.kind AS list_kind, l.holds, l.name, CASE WHEN l.archived_at IS NULL THEN l.version END AS newest
FROM filter_rules f LEFT JOIN lists l ON l.id = f.list_id
WHERE f.run_id = %(run_id)s ORDER BY f.position;

-- fetch_in_force --
-- The rules that were applied to a search last, to its end; none for a search that the actor may not see. Whether
-- that was taken back, and whether other names of what their lists hold have been added or removed since.
SELECT r.id AS run_id, r.finished_at, u.name AS who, (r.params ->> 'rule_set_id')::bigint AS rule_set_id,
    EXISTS (SELECT FROM change_batches b WHERE b.run_id = r.id AND batch_undone(b)) AS undone,
    EXISTS (SELECT FROM filter_rules f JOIN lists l ON l.id = f.list_id JOIN alias_changes a ON a.holds = l.holds
        WHERE f.run_id = r.id AND a.changed_at > r.created_at) AS names_changed
FROM runs r JOIN searches s ON s.id = r.search_id JOIN users u ON u.id = r.user_id
WHERE r.search_id = %(search_id)s AND r.kind = 'filter' AND r.state = 'done' AND r.params ->> 'mode' = 'apply'
    AND search_visible(s, %(actor)s, %(role)s)
ORDER BY r.finished_at DESC, r.id DESC LIMIT 1;

-- fetch_behind --
-- Whether a list has another version now, or is gone, or other names have changed, since rules were applied last to
-- a search that the actor may see; false where that was taken back.
SELECT NOT EXISTS (SELECT FROM change_batches b WHERE b.run_id = last.id AND batch_undone(b))
    AND EXISTS (SELECT FROM filter_rules f LEFT JOIN lists l ON l.id = f.list_id LEFT JOIN alias_changes a ON a.holds = l.holds
        WHERE f.run_id = last.id AND f.list_version IS NOT NULL
            AND (f.list_version IS DISTINCT FROM CASE WHEN l.archived_at IS NULL THEN l.version END
                OR a.changed_at > last.created_at)) AS behind
FROM (SELECT r.id, r.created_at FROM runs r JOIN searches s ON s.id = r.search_id
    WHERE r.search_id = %(search_id)s AND r.kind = 'filter' AND r.state = 'done'
        AND r.params ->> 'mode' = 'apply' AND search_visible(s, %(actor)s, %(role)s)
    ORDER BY r.finished_at DESC, r.id DESC LIMIT 1) AS last;

-- fetch_rule_of_search --
-- A rule that was applied to a search which the actor may change.
SELECT f.fingerprint FROM filter_rules f JOIN runs r ON r.id = f.run_id JOIN searches s ON s.id = r.search_id
WHERE f.id = %(rule_id)s AND s.id = %(search_id)s AND search_editable(s, %(actor)s, %(role)s);

-- fuzzy_samples --
-- Pairs that a fuzzy list rule would take for the same, the least alike first, with how many people that is.
WITH who AS MATERIALIZED (
    SELECT c.id, c.profile_id, c.company_key FROM candidates c JOIN searches s ON s.id = c.search_id
    WHERE c.search_id = %(search_id)s AND c.filter_status = 'active' AND search_visible(s, %(actor)s, %(role)s)
), {names}, entries AS MATERIALIZED (
    SELECT DISTINCT ON (e.name_key) e.id, e.name_key AS key, e.label FROM list_entries e JOIN lists l ON l.id = e.list_id
    WHERE l.id = %(list_id)s AND e.to_version IS NULL AND list_visible(l, %(actor)s, %(role)s) ORDER BY e.name_key, e.id
), {fuzzy}
SELECT n.shown AS name, e.label AS entry, similarity(n.norm, e.key)::float8 AS alike, n.people
FROM matches m JOIN names n ON n.name = m.name JOIN entries e ON e.id = m.entry_id
WHERE n.norm <> e.key ORDER BY alike, n.people DESC, name LIMIT %(limit)s;

-- names_of_companies --
-- Names of companies of now, and how many people each has.
names AS MATERIALIZED (
    SELECT w.company_key AS name, sx_company(w.company_key) AS norm, count(*) AS people, min(p.company) AS shown
    FROM who w JOIN profiles p ON p.id = w.profile_id WHERE w.company_key <> '' GROUP BY w.company_key
)

-- names_of_schools --
-- Names of schools, and how many people each has.
names AS MATERIALIZED (
    SELECT e.school AS name, sx_company(e.school) AS norm, count(DISTINCT w.id) AS people, e.school AS shown
    FROM who w JOIN educations e ON e.profile_id = w.profile_id WHERE e.school <> '' GROUP BY e.school
)
