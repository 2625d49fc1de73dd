-- insert_batch --
-- A batch that is about to be put together.
INSERT INTO screening_batches (run_id, account) VALUES (%(run_id)s, %(account)s)
RETURNING id, name::text, state, created_at, vendor_id, vendor_status, reason, input_file, files, 0.0::float8 AS age_s, account;

-- fetch_open --
-- A run's batches that have not come to their end, the first first.
SELECT id, name::text, state, created_at, vendor_id, vendor_status, reason, input_file, files,
    extract(epoch FROM now() - created_at)::float8 AS age_s, account
FROM screening_batches WHERE run_id = %(run_id)s AND state <> 'ended' ORDER BY id;

-- free_unsent --
-- The people of batches that were never made wait again.
UPDATE screening_items i SET state = 'pending', batch_id = NULL
FROM screening_batches b
WHERE b.run_id = %(run_id)s AND b.state = 'preparing' AND i.batch_id = b.id AND i.state = 'sent';

-- delete_unsent --
-- Batches that were never made.
DELETE FROM screening_batches WHERE run_id = %(run_id)s AND state = 'preparing';

-- mark_sent --
-- Claimed people go into a batch.
UPDATE screening_items i SET state = 'sent', lease_token = NULL, batch_id = %(batch_id)s, seen_hash = u.seen_hash
FROM unnest(%(ids)s::bigint[], %(hashes)s::text[]) AS u (candidate_id, seen_hash)
WHERE i.run_id = %(run_id)s AND i.candidate_id = u.candidate_id AND i.lease_token = %(token)s AND i.state = 'leased';

-- set_sending --
-- From now on it may exist at the vendor's.
UPDATE screening_batches SET state = 'sending', requests = %(requests)s, input_file = %(input_file)s
WHERE id = %(batch_id)s AND state = 'preparing';

-- set_looked --
-- What the vendor said of a batch; state only ever goes on.
UPDATE screening_batches SET state = %(state)s, vendor_id = %(vendor_id)s, vendor_status = %(vendor_status)s,
    reason = %(reason)s, files = %(files)s, problem = '', looked_at = now()
WHERE id = %(batch_id)s AND state IN ('sending', 'sent');

-- set_problem --
-- The vendor could not be asked.
UPDATE screening_batches SET problem = %(problem)s, looked_at = now() WHERE id = %(batch_id)s;

-- free_sent --
-- People of a batch about whom nobody was asked, or about whom it is not known, wait again.
UPDATE screening_items SET state = 'pending', batch_id = NULL WHERE batch_id = %(batch_id)s AND state = 'sent';

-- fail_sent --
-- People of a batch for whom no answer came, though it is over: another attempt, or none.
UPDATE screening_items SET attempts = attempts + 1, reason = %(reason)s, not_before = now(),
    state = CASE WHEN attempts + 1 >= %(most)s THEN 'dead' ELSE 'retry' END
WHERE batch_id = %(batch_id)s AND state = 'sent';

-- set_ended --
-- All that a batch said is taken in.
UPDATE screening_batches SET state = 'ended', ended_at = now() WHERE id = %(batch_id)s;

-- end_unmade --
-- A batch that the vendor does not have.
UPDATE screening_batches SET state = 'ended', ended_at = now() WHERE id = %(batch_id)s AND state = 'sending'
RETURNING id;

-- claim_sent --
-- Some people of a batch whose answers are here, for the worker that holds the run.
UPDATE screening_items i SET state = 'leased', lease_token = r.lease_token, worker = r.worker
FROM runs r
WHERE r.id = %(run_id)s AND r.lease_token = %(token)s AND i.run_id = r.id AND i.batch_id = %(batch_id)s
    AND i.state = 'sent' AND i.candidate_id = ANY (%(ids)s)
RETURNING i.candidate_id, i.attempts, i.seen_hash;

-- release_unasked --
-- People whom the vendor never asked about wait again.
UPDATE screening_items SET state = 'pending', lease_token = NULL, worker = NULL, batch_id = NULL
WHERE run_id = %(run_id)s AND lease_token = %(token)s AND state = 'leased' AND candidate_id = ANY (%(ids)s);

-- fetch_due --
-- Batches that nobody is at, the one first that was looked at the longest time ago.
SELECT b.id, b.name::text, b.state, b.created_at, b.vendor_id, b.vendor_status, b.reason, b.input_file,
    b.files, extract(epoch FROM now() - b.created_at)::float8 AS age_s, b.account,
    r.cancel_requested OR r.state <> 'paused' OR run_refused(r, 'edit') IS NOT NULL AS cancel
FROM screening_batches b JOIN runs r ON r.id = b.run_id
WHERE b.state IN ('sending', 'sent') AND r.state NOT IN ('queued', 'running')
ORDER BY b.looked_at NULLS FIRST, b.id LIMIT 200;

-- reopen_answered --
-- Runs that wait for a batch that is over.
UPDATE runs SET state = 'queued', finished_at = NULL, message = '', attempts = 0, counts = counts - 'waiting'
WHERE state = 'paused' AND id IN (SELECT run_id FROM screening_batches WHERE state = 'answered')
RETURNING id, kind, user_id;

-- end_forsaken --
-- Batches whose runs ended otherwise: nobody takes their answers.
UPDATE screening_batches b SET state = 'ended', ended_at = now() FROM runs r
WHERE r.id = b.run_id AND b.state = 'answered' AND r.state IN ('done', 'failed', 'cancelled')
RETURNING b.id, b.input_file, b.files;
