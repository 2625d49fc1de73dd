-- Screening: criteria kept for other searches, pausing, profiles that talk to the model, accounts that cannot be used.

-- Criteria that a team uses again. Not versions: a search copies them.
CREATE TABLE rubric_presets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    name text NOT NULL CHECK (name <> '' AND length(name) <= 80),
    criteria jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX rubric_presets_name ON rubric_presets (lower(name));

ALTER TABLE runs ADD COLUMN pause_requested boolean NOT NULL DEFAULT false;

-- The field whose text reads like an instruction to the model; '' where none does.
ALTER TABLE screening_items ADD COLUMN suspect text NOT NULL DEFAULT '';
CREATE INDEX screening_items_suspect ON screening_items (run_id) WHERE suspect <> '';

-- A model account that answers nobody for now: every run that uses it pauses. `account` holds no key.
CREATE TABLE model_holds (
    account text PRIMARY KEY,
    reason text NOT NULL,
    message text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    tried_at timestamptz NOT NULL DEFAULT now()
);
