-- delete_ended_targets --
-- Lists of runs that ended without tidying up.
DELETE FROM run_targets t USING runs r WHERE r.id = t.run_id AND r.state IN ('done', 'failed', 'cancelled');

-- insert_targets --
-- Whom a run is about.
INSERT INTO run_targets (run_id, width, ids, snapshot) VALUES (%(run_id)s, %(width)s, %(ids)s, %(snapshot)s);

-- delete_targets --
-- The run needs its list no more.
DELETE FROM run_targets WHERE run_id = %(run_id)s;

-- fetch_targets --
-- How many a run is about, and the snapshot in which they were listed.
SELECT octet_length(ids) / width AS total, snapshot FROM run_targets WHERE run_id = %(run_id)s;

-- fetch_target_ids --
-- A part of the list, packed as it is.
SELECT width, substring(ids FROM %(start)s::int * width + 1 FOR (%(end)s::int - %(start)s::int) * width) AS ids
FROM run_targets WHERE run_id = %(run_id)s;

-- fetch_result --
-- What came of an action that a job did; no row unless the actor started it or is an admin.
SELECT b.id AS batch_id, b.changed, b.undoes IS NOT NULL AS is_undo, r.counts, s.data_version AS version
FROM runs r JOIN change_batches b ON b.run_id = r.id JOIN searches s ON s.id = r.search_id
WHERE r.id = %(run_id)s AND r.state IN ('done', 'failed', 'cancelled')
    AND (r.user_id = %(actor)s OR %(role)s = 'admin') AND search_visible(s, %(actor)s, %(role)s);
