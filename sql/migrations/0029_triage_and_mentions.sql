-- Why someone was rejected; colleagues who are named in notes. Forward only.

-- A code of services/refuse_reasons.py, '' for none. It belongs to the change and not to the candidate: whoever takes
-- the change back, or decides anew, has no reason left over.
ALTER TABLE change_batches
    ADD COLUMN reason text NOT NULL DEFAULT '' CHECK (reason = '' OR reason ~ '^[a-z_]{1,30}$');

-- Who is named in a note, as @name. With the note, so that it goes wherever the note goes: into another candidate when
-- people are merged, into an archive and back.
ALTER TABLE notes ADD COLUMN mentions bigint[] NOT NULL DEFAULT '{}' CHECK (cardinality(mentions) <= 20);
CREATE INDEX notes_mentions ON notes USING gin (mentions) WHERE mentions <> '{}';

-- Which notes someone has read that name them. No reference to the note: it may be in an archive meanwhile.
CREATE TABLE mention_reads (
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    note_id bigint NOT NULL,
    read_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, note_id)
);
