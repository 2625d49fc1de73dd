-- insert_batch --
-- A batch that is about to be put together.
INSERT INTO screening_batches (run_id, account, model, api, prompt_version)
VALUES (%(run_id)s, %(account)s, %(model)s, %(api)s, %(prompt_version)s)
RETURNING id, run_id, name::text, state, created_at, vendor_id, vendor_status, reason, input_file, files,
    0.0::float8 AS age_s, account, model, api, prompt_version, requests, expected_input, expected_output;

-- fetch_open --
-- A run's batches whose answers are still to come or to be taken in, the first first.
SELECT id, run_id, name::text, state, created_at, vendor_id, vendor_status, reason, input_file, files,
    extract(epoch FROM now() - coalesce(sending_at, created_at))::float8 AS age_s, account, model, api, prompt_version,
    requests, expected_input, expected_output
FROM screening_batches WHERE run_id = %(run_id)s AND state NOT IN ('forsaken', 'ended') ORDER BY id;

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
UPDATE screening_batches SET state = 'sending', sending_at = now(), requests = %(requests)s, input_file = %(input_file)s,
    expected_input = %(input)s, expected_output = %(output)s
WHERE id = %(batch_id)s AND state = 'preparing';

-- set_looked --
-- What the vendor said of a batch; state only ever goes on, and a forsaken one stays so.
UPDATE screening_batches SET state = CASE state WHEN 'forsaken' THEN state ELSE %(state)s END,
    vendor_id = %(vendor_id)s, vendor_status = %(vendor_status)s, reason = %(reason)s, files = %(files)s,
    problem = '', looked_at = now()
WHERE id = %(batch_id)s AND state IN ('sending', 'sent', 'forsaken');

-- set_missing --
-- The vendor has no batch of this name now.
UPDATE screening_batches SET problem = '', looked_at = now() WHERE id = %(batch_id)s;

-- set_problem --
-- The vendor could not be asked.
UPDATE screening_batches SET problem = %(problem)s, looked_at = now() WHERE id = %(batch_id)s;

-- free_sent --
-- People of a batch about whom nobody was asked, or about whom it is not known, wait again.
UPDATE screening_items SET state = 'pending', batch_id = NULL WHERE batch_id = %(batch_id)s AND state = 'sent';

-- charge_sent --
-- What a batch cost whose answers nobody can have any more, in equal parts to those who are in it.
UPDATE screening_items SET tokens = tokens + %(tokens)s, cost = cost + %(cost)s
WHERE batch_id = %(batch_id)s AND state = 'sent';

-- fail_sent --
-- People of a batch for whom no answer came, though it is over: another attempt, or none.
UPDATE screening_items SET attempts = attempts + 1, reason = %(reason)s, not_before = now(),
    state = CASE WHEN attempts + 1 >= %(most)s THEN 'dead' ELSE 'retry' END
WHERE batch_id = %(batch_id)s AND state = 'sent';

-- set_ended --
-- All that a batch said is taken in.
UPDATE screening_batches SET state = 'ended', ended_at = now() WHERE id = %(batch_id)s;

-- end_refused --
-- A batch that the vendor did not make.
UPDATE screening_batches SET state = 'ended', ended_at = now() WHERE id = %(batch_id)s AND state = 'sending'
RETURNING id;

-- forsake_unmade --
-- A batch that the vendor does not have, though it may turn up late.
UPDATE screening_batches SET state = 'forsaken', looked_at = now() WHERE id = %(batch_id)s AND state = 'sending'
RETURNING id;

-- reopen_unmade --
-- The run of such a batch, where it waits for no other one.
UPDATE runs SET state = 'queued', finished_at = NULL, message = '', attempts = 0, counts = counts - 'waiting'
WHERE id = %(run_id)s AND state = 'paused' AND NOT EXISTS (
    SELECT FROM screening_batches b WHERE b.run_id = runs.id AND b.state IN ('sending', 'sent'))
RETURNING id, kind, user_id;

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
-- Batches that nobody is at, the one first that was looked at the longest time ago; one that is looked for in case it
-- turns up, now and then.
SELECT b.id, b.run_id, b.name::text, b.state, b.created_at, b.vendor_id, b.vendor_status, b.reason, b.input_file,
    b.files, extract(epoch FROM now() - coalesce(b.sending_at, b.created_at))::float8 AS age_s, b.account, b.model,
    b.api, b.prompt_version, b.requests, b.expected_input, b.expected_output,
    r.cancel_requested OR run_refused(r, 'edit') IS NOT NULL
        OR NOT rubric_wanted((r.params ->> 'rubric_id')::bigint) AS cancel
FROM screening_batches b JOIN runs r ON r.id = b.run_id
WHERE b.state IN ('sending', 'sent') AND r.state = 'paused'
    OR b.state = 'forsaken' AND (b.vendor_id <> '' OR b.looked_at IS NULL
        OR b.looked_at < now() - make_interval(secs => %(lost_every_s)s))
ORDER BY b.looked_at NULLS FIRST, b.id LIMIT 200;

-- reopen_answered --
-- Runs that wait for a batch that is over, unless the account or the vendor is to be left alone for now.
UPDATE runs SET state = 'queued', finished_at = NULL, message = '', attempts = 0, counts = counts - 'waiting'
WHERE state = 'paused' AND counts ->> '_held' IS NULL
    AND coalesce((counts ->> '_again_at')::timestamptz <= now(), true)
    AND id IN (SELECT run_id FROM screening_batches WHERE state = 'answered')
RETURNING id, kind, user_id;

-- forsake_of_ended --
-- Batches whose runs ended otherwise: nobody takes their answers.
UPDATE screening_batches b SET state = 'forsaken' FROM runs r
WHERE r.id = b.run_id AND b.state IN ('sending', 'sent', 'answered') AND r.state IN ('done', 'failed', 'cancelled')
RETURNING b.id;

-- fetch_owner --
-- For whom and on which search a run asks.
SELECT user_id, search_id::text FROM runs WHERE id = %(run_id)s;

-- end_forsaken --
-- What of a forsaken batch was billed is written down, or it was looked for long enough.
UPDATE screening_batches SET state = 'ended', ended_at = now() WHERE id = %(batch_id)s AND state = 'forsaken';

-- fetch_wanted --
-- Whether answers to a run's criteria are of use to anyone now.
SELECT rubric_wanted((params ->> 'rubric_id')::bigint) AS wanted FROM runs WHERE id = %(run_id)s;
