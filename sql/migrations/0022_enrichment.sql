-- Enrichment: whom vendors were asked about, what they gave, what is used of a day's allowance. Forward only.

-- People asked about on one day of a vendor's, over all processes. Written in the transaction that records a call
-- before it is sent, so that neither a restart nor a lost Redis forgets one. closed_at: the vendor itself said that
-- the day is used up.
CREATE TABLE vendor_days (
    vendor text NOT NULL,
    day date NOT NULL,
    asked bigint NOT NULL DEFAULT 0,
    closed_at timestamptz,
    PRIMARY KEY (vendor, day)
);

-- reserve: what an admin keeps back of each day for runs of a few people. credits_left: as the vendor said last.
CREATE TABLE vendor_accounts (
    vendor text PRIMARY KEY,
    reserve integer NOT NULL DEFAULT 0 CHECK (reserve >= 0),
    reserve_by bigint REFERENCES users,
    reserve_at timestamptz,
    credits_left bigint,
    credits_at timestamptz
);

-- One request that may cost, written before it is sent. unknown: its process ended before the answer was written.
CREATE TABLE vendor_calls (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    vendor text NOT NULL,
    day date NOT NULL,
    people integer NOT NULL,
    state text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'settled', 'unknown')),
    outcome text NOT NULL DEFAULT '',
    sent_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE INDEX vendor_calls_sent ON vendor_calls (run_id) WHERE state = 'sent';

-- Whom a run is about. needs: what is wanted and not known; step: the place of the vendor who is asked next among
-- those of the run, NULL when nobody is left to ask; fresh: vendors who were asked lately.
CREATE TABLE enrichment_items (
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    candidate_id bigint NOT NULL REFERENCES candidates ON DELETE CASCADE,
    state text NOT NULL CHECK (state IN ('pending', 'sent', 'done', 'failed', 'unknown')),
    step smallint,
    needs text[] NOT NULL,
    fresh text[] NOT NULL DEFAULT '{}',
    got text[] NOT NULL DEFAULT '{}',
    call_id bigint,
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL DEFAULT 'epoch',
    -- Why nobody is asked, or what went wrong.
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, candidate_id)
);
CREATE INDEX enrichment_items_todo ON enrichment_items (run_id, step, not_before) WHERE state = 'pending';
CREATE INDEX enrichment_items_candidate ON enrichment_items (candidate_id);

-- The first step after one whose vendor has something of what is needed and was not asked lately; NULL where there
-- is none. steps: [{"vendor": …, "gives": [field, …]}, …]; the first one is 1.
CREATE FUNCTION enrichment_step(steps jsonb, needs text[], fresh text[], after integer) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT min(s.n)::smallint FROM jsonb_array_elements(steps) WITH ORDINALITY AS s (step, n)
    WHERE s.n > after AND s.step ->> 'vendor' <> ALL (fresh)
        AND EXISTS (SELECT FROM jsonb_array_elements_text(s.step -> 'gives') AS g (field) WHERE g.field = ANY (needs)));

-- When a vendor was asked about a person last, and whether it knew them: misses are remembered, too.
CREATE TABLE profile_lookups (
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    vendor text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('found', 'missed')),
    at timestamptz NOT NULL,
    PRIMARY KEY (profile_id, vendor)
);

-- Every e-mail and telephone number that a vendor gave, with what it said of it. Types and states in lower case.
CREATE TABLE profile_contacts (
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    source text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('email', 'phone')),
    value text NOT NULL CHECK (value <> '' AND length(value) <= 320),
    type text NOT NULL DEFAULT '' CHECK (length(type) <= 50),
    status text NOT NULL DEFAULT '' CHECK (length(status) <= 50),
    at timestamptz NOT NULL,
    PRIMARY KEY (profile_id, source, kind, value)
);

-- What is to be asked about one person, and of whom first. wants: of history, email, phone. since: who was asked
-- after that is not asked again, unless everyone is (again). reason: why nobody is asked (step NULL): known, fresh, or
-- no_address, since nobody can be found by an opaque one.
CREATE FUNCTION enrichment_plan(person profiles, wants text[], steps jsonb, since timestamptz, again boolean)
RETURNS TABLE (needs text[], fresh text[], step smallint, reason text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT x.needs, x.fresh, CASE WHEN x.public THEN x.step END,
        CASE WHEN x.needs = '{}' THEN 'known' WHEN NOT x.public THEN 'no_address' WHEN x.step IS NULL THEN 'fresh'
            ELSE '' END
    FROM (
        SELECT n.needs, f.fresh, enrichment_step(steps, n.needs, f.fresh, 0) AS step, EXISTS (
            SELECT FROM profile_urls u
            WHERE u.profile_id = (person).id AND starts_with(u.url_key, 'linkedin.com/in/')) AS public
        FROM (SELECT coalesce(array_agg(l.vendor), '{}') AS fresh, coalesce(bool_or(l.outcome = 'found' AND EXISTS (
                SELECT FROM jsonb_array_elements(steps) AS s (step)
                WHERE s.step ->> 'vendor' = l.vendor AND s.step -> 'gives' ? 'history')), false) AS has_history
            FROM profile_lookups l WHERE l.profile_id = (person).id AND l.at > since AND NOT again) AS f
        CROSS JOIN LATERAL (SELECT coalesce(array_agg(w.field ORDER BY w.field), '{}') AS needs
            FROM unnest(wants) AS w (field)
            WHERE again OR CASE w.field WHEN 'email' THEN (person).email = '' WHEN 'phone' THEN (person).phone = ''
                ELSE NOT f.has_history END) AS n) AS x;
END;

INSERT INTO identity_tables (place, of, owner, key) VALUES
    ('profile_lookups', 'people', '{profile_id}', '{profile_id,vendor}'),
    ('profile_contacts', 'people', '{profile_id}', '{profile_id,source,kind,value}'),
    ('enrichment_items', 'members', '{candidate_id}', '{run_id,candidate_id}');
