-- Loading files: recognising rows that say nothing new, people by telephone, staging. Forward only.

-- The last row of a file that this person's raw record took in (a hash of its cells and of how they were
-- read), and the profile's updated_at as it left it. While both stand, the same row changes nothing.
ALTER TABLE profile_raw ADD COLUMN row_hash uuid, ADD COLUMN profile_at timestamptz;
-- A new person's row and profile are of one transaction, and so of one now().
ALTER TABLE profile_raw ALTER COLUMN profile_at SET DEFAULT now();
CREATE INDEX profile_raw_row ON profile_raw (row_hash) WHERE row_hash IS NOT NULL;

-- A telephone number as digits with its country code; NULL where it does not say the country, since the same
-- digits are someone else's elsewhere. services/import_rows.py has the same rules; a test compares them.
CREATE FUNCTION sx_phone(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substring(
    regexp_replace(regexp_replace(regexp_replace(value, '\s*(x|ext|#|,|;|/)[\s\S]*$', '', 'i'), '\(0\)', '', 'g'),
        '[^0-9+]', '', 'g')
    FROM '^(?:\+|00)([1-9][0-9]{7,14})$');
CREATE INDEX profiles_phone ON profiles (sx_phone(phone)) WHERE sx_phone(phone) IS NOT NULL;

-- Whether two names can be one person's: every word of the shorter one stands in the longer one, two at least.
CREATE FUNCTION sx_names_agree(one_key text, other_key text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (string_to_array(one_key, ' ') <@ string_to_array(other_key, ' ') AND one_key LIKE '% %')
    OR (string_to_array(other_key, ' ') <@ string_to_array(one_key, ' ') AND other_key LIKE '% %');

-- What a batch says of people who are known already, between its COPY and its MERGE. Rows live within one
-- transaction, so whatever ends it leaves none; nothing here is worth a log.
CREATE UNLOGGED TABLE import_staged_people (
    run_id bigint NOT NULL,
    batch bigint NOT NULL,
    profile_id bigint NOT NULL,
    full_name text NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    guess_first text NOT NULL,
    guess_last text NOT NULL,
    headline text NOT NULL,
    title text NOT NULL,
    company text NOT NULL,
    location text NOT NULL,
    country text NOT NULL,
    industry text NOT NULL,
    summary text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    public_url text NOT NULL,
    opaque_url text NOT NULL,
    skills text[] NOT NULL,
    years_experience numeric(4, 1),
    current_tenure_months smallint,
    raw jsonb NOT NULL,
    row_hash uuid,
    PRIMARY KEY (run_id, batch, profile_id)
);
CREATE UNLOGGED TABLE import_staged_positions (
    run_id bigint NOT NULL,
    batch bigint NOT NULL,
    profile_id bigint NOT NULL,
    place integer NOT NULL,
    title text NOT NULL,
    company text NOT NULL,
    location text NOT NULL,
    started_on date,
    ended_on date,
    is_current boolean NOT NULL,
    description text NOT NULL,
    PRIMARY KEY (run_id, batch, profile_id, place)
);
CREATE UNLOGGED TABLE import_staged_educations (
    run_id bigint NOT NULL,
    batch bigint NOT NULL,
    profile_id bigint NOT NULL,
    place integer NOT NULL,
    school text NOT NULL,
    degree text NOT NULL,
    field_of_study text NOT NULL,
    started_on date,
    ended_on date,
    PRIMARY KEY (run_id, batch, profile_id, place)
);
