-- People who asked to be forgotten: who is erased leaves nothing but keyed hashes, by which every import knows them.
-- How long people are kept, who was told, and who is not to be contacted. Forward only.

-- One row each time someone was erased: that it happened, never of whom. reason: request (somebody asked for it),
-- retention (the time was over; such people may come again), replay (asked for before a backup was restored).
CREATE TABLE erasures (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint REFERENCES users,
    reason text NOT NULL CHECK (reason IN ('request', 'retention', 'replay')),
    people integer NOT NULL,
    searches integer NOT NULL DEFAULT 0,
    erased_at timestamptz NOT NULL DEFAULT now()
);

-- What an erased person was known by, as hashes under SUPPRESSION_KEY (services/suppression.py makes them).
-- named: of an e-mail or telephone together with a name; imports make such hashes only where there are some.
CREATE TABLE erasure_marks (
    mark bigint PRIMARY KEY,
    named boolean NOT NULL,
    erasure_id bigint NOT NULL REFERENCES erasures
);
CREATE INDEX erasure_marks_named ON erasure_marks (mark) WHERE named;
CREATE INDEX erasure_marks_erasure ON erasure_marks (erasure_id);

-- A hash of the key itself: under another key nobody would be known again, and imports are refused instead.
CREATE TABLE suppression_key (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    fingerprint bytea NOT NULL
);

-- Files that may still hold an erased person, until a job has seen to them. Ids and keys only.
-- export: a file to delete (ref: its key). archive: files to write anew without some candidates (ref: the archive's
-- id). run: an export that was being written (ref: its id). uploads: all that wait to be imported are looked through.
CREATE TABLE erasure_files (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    erasure_id bigint NOT NULL REFERENCES erasures,
    kind text NOT NULL CHECK (kind IN ('export', 'archive', 'run', 'uploads')),
    ref text NOT NULL,
    candidates bigint[] NOT NULL DEFAULT '{}'
);
CREATE INDEX erasure_files_erasure ON erasure_files (erasure_id);

-- When someone was told that their data is kept, and where it is from; due a month after it was first collected.
ALTER TABLE profiles ADD COLUMN notified_at timestamptz;

-- How long people are kept after they were last collected or last got on in a search, by where they are: countries as
-- sx_key leaves them. The one without countries is for everybody else, and is always there.
CREATE TABLE retention_rules (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    jurisdiction text NOT NULL CHECK (jurisdiction <> '' AND length(jurisdiction) <= 100),
    countries text[] NOT NULL DEFAULT '{}' CHECK (cardinality(countries) <= 100),
    keep_months smallint NOT NULL CHECK (keep_months BETWEEN 1 AND 240)
);
CREATE UNIQUE INDEX retention_rules_name ON retention_rules (lower(jurisdiction));
CREATE UNIQUE INDEX retention_rules_others ON retention_rules ((true)) WHERE countries = '{}';
INSERT INTO retention_rules (jurisdiction, countries, keep_months) VALUES
    ('Everywhere else', '{}', 36),
    ('European Economic Area, Switzerland, United Kingdom', ARRAY(SELECT sx_key(c) FROM unnest(ARRAY['Austria',
        'Belgium', 'Bulgaria', 'Croatia', 'Cyprus', 'Czechia', 'Czech Republic', 'Denmark', 'Estonia', 'Finland',
        'France', 'Germany', 'Greece', 'Hungary', 'Iceland', 'Ireland', 'Italy', 'Latvia', 'Liechtenstein',
        'Lithuania', 'Luxembourg', 'Malta', 'Netherlands', 'Norway', 'Poland', 'Portugal', 'Romania', 'Slovakia',
        'Slovenia', 'Spain', 'Sweden', 'Switzerland', 'United Kingdom']) AS c), 24);

-- One row. purge: whether whose time is over is erased every night. decision_months: how long the decision log keeps
-- its lines about people who are gone; the floor is in forget_decisions. export_listed: whether exports hold people who
-- are on a list of the kind "do not contact".
CREATE TABLE retention_settings (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    purge boolean NOT NULL DEFAULT false,
    export_listed boolean NOT NULL DEFAULT false,
    decision_months smallint NOT NULL DEFAULT 36 CHECK (decision_months BETWEEN 6 AND 240)
);
INSERT INTO retention_settings DEFAULT VALUES;

-- The decision log is append-only for the app's role. What is about nobody any more goes after its time, never within
-- six months, whatever is asked for.
CREATE FUNCTION forget_decisions(older_than timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM ai_decisions d WHERE d.created_at < least(older_than, now() - interval '6 months')
            AND NOT EXISTS (SELECT FROM candidates c WHERE c.id = d.candidate_id)
            AND NOT EXISTS (SELECT FROM archive_people p WHERE p.candidate_id = d.candidate_id)
        RETURNING 1)
    SELECT count(*) FROM gone;
END;

-- Who of some people is on a list of the kind "do not contact", whoever made it: by address, by e-mail, or by name and
-- company where not both sides have an address.
CREATE INDEX list_entries_url ON list_entries (url_key) WHERE to_version IS NULL AND url_key <> '';
CREATE INDEX list_entries_email ON list_entries (email_key) WHERE to_version IS NULL AND email_key <> '';
CREATE FUNCTION not_to_be_contacted(people bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT u.profile_id FROM profile_urls u
    JOIN list_entries e ON e.url_key = u.url_key AND e.to_version IS NULL AND e.url_key <> ''
    JOIN lists l ON l.id = e.list_id AND l.kind = 'do_not_contact' AND l.archived_at IS NULL
    WHERE u.profile_id = ANY (people)
    UNION
    SELECT p.id FROM profiles p
    JOIN list_entries e ON e.email_key = lower(p.email) AND e.to_version IS NULL AND e.email_key <> ''
    JOIN lists l ON l.id = e.list_id AND l.kind = 'do_not_contact' AND l.archived_at IS NULL
    WHERE p.id = ANY (people)
    UNION
    SELECT p.id FROM profiles p
    JOIN list_entries e ON e.name_key = sx_person(p.full_name) AND e.company_key = sx_company(p.company)
        AND e.to_version IS NULL AND e.company_key <> ''
    JOIN lists l ON l.id = e.list_id AND l.kind = 'do_not_contact' AND l.archived_at IS NULL
    WHERE p.id = ANY (people) AND (e.url_key = '' OR NOT EXISTS (SELECT FROM profile_urls u
        WHERE u.profile_id = p.id AND starts_with(u.url_key, 'linkedin')));
END;
