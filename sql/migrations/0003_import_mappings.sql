-- How files with these headers were read before, for the whole team; and what a dry run has seen. Forward only.

-- fingerprint: of the headers; fields: one per header in the order of their names, NULL for none. The
-- headers themselves are not kept: in a file without any they are somebody's data.
CREATE TABLE import_mappings (
    fingerprint text PRIMARY KEY,
    fields jsonb NOT NULL,
    user_id bigint REFERENCES users ON DELETE SET NULL,
    uses integer NOT NULL DEFAULT 1,
    used_at timestamptz NOT NULL DEFAULT now()
);

-- Keys of the people that a dry run has met, hashed: who comes twice is added once. Emptied by a crash
-- of the server; a dry run begins anew then.
CREATE UNLOGGED TABLE dry_run_keys (
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    key bigint NOT NULL,
    PRIMARY KEY (run_id, key)
);
