-- Actions on many candidates at once, and taking them back. Forward only.

-- What an action was and what it came to; undoes: the batch that this one took back.
ALTER TABLE change_batches
    ADD COLUMN value text NOT NULL DEFAULT '',
    ADD COLUMN changed bigint NOT NULL DEFAULT 0,
    ADD COLUMN undoes bigint REFERENCES change_batches ON DELETE CASCADE;
CREATE INDEX change_batches_search ON change_batches (search_id, user_id, id);
CREATE INDEX change_batches_run ON change_batches (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX change_batches_undoes ON change_batches (undoes) WHERE undoes IS NOT NULL;

-- Whether a batch was taken back; an Undo that failed or was cancelled on its way does not count.
CREATE FUNCTION batch_undone(batch change_batches) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (batch).undone_at IS NOT NULL AND coalesce((
    SELECT r.state NOT IN ('failed', 'cancelled')
    FROM change_batches u LEFT JOIN runs r ON r.id = u.run_id
    WHERE u.undoes = (batch).id ORDER BY u.id DESC LIMIT 1), true);

-- Whom a run is about, as the list stood when it was started: ids of 4 or 8 bytes, big-endian, in the
-- order of the view, and the snapshot in which they were listed. Gone when the run has ended.
CREATE TABLE run_targets (
    run_id bigint PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    width smallint NOT NULL CHECK (width IN (4, 8)),
    ids bytea NOT NULL,
    snapshot text NOT NULL
);
-- Not compressed: a part of it is then read without the rest.
ALTER TABLE run_targets ALTER COLUMN ids SET STORAGE EXTERNAL;
