-- Fair shares of a vendor's day; what people write about someone by hand. Forward only.

-- Of vendor_days.asked, for whom: who has had less of a day goes first when little is left.
CREATE TABLE vendor_day_users (
    vendor text NOT NULL,
    day date NOT NULL,
    user_id bigint NOT NULL REFERENCES users,
    asked bigint NOT NULL DEFAULT 0 CHECK (asked >= 0),
    PRIMARY KEY (vendor, day, user_id)
);

-- How many people a run still wants to ask a vendor about. Counts while the run waits for its turn or is at work.
CREATE TABLE vendor_wants (
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    vendor text NOT NULL,
    people bigint NOT NULL CHECK (people >= 0),
    PRIMARY KEY (run_id, vendor)
);

-- The first step at which someone may be asked about while some vendors cannot be: each want stays in its own order, so
-- what waits for one of those waits, and what is another's to give does not. NULL where all of it waits.
CREATE FUNCTION enrichment_open_step(steps jsonb, needs text[], fresh text[], held text[]) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT min(x.n)::smallint FROM unnest(needs) AS w (field) CROSS JOIN LATERAL (
        SELECT s.n, s.step ->> 'vendor' AS vendor FROM jsonb_array_elements(steps) WITH ORDINALITY AS s (step, n)
        WHERE s.step ->> 'vendor' <> ALL (fresh) AND s.step -> 'gives' ? w.field ORDER BY s.n LIMIT 1) AS x
    WHERE x.vendor <> ALL (held));

-- A value that a person wrote (source 'manual'): who did, and what the sources say of the field, which takes its place
-- again when the person says so. kept_source NULL: it is from when the person was first seen, as without any row here.
ALTER TABLE profile_fields
    ADD COLUMN edited_by bigint REFERENCES users,
    ADD COLUMN kept_value text,
    ADD COLUMN kept_source text,
    ADD COLUMN kept_at timestamptz;
-- Which fields of someone no file and no vendor changes. Small: most people have none.
CREATE INDEX profile_fields_manual ON profile_fields (profile_id, field) WHERE source = 'manual';
-- Whoever was known by an e-mail or a telephone number is still known by it when someone wrote another one.
CREATE INDEX profile_fields_kept_email ON profile_fields (lower(kept_value)) WHERE source = 'manual' AND field = 'email';
CREATE INDEX profile_fields_kept_phone ON profile_fields (sx_phone(kept_value)) WHERE source = 'manual' AND field = 'phone';
