-- Searches that are put away: their rows in files, a thin index of who is in them here. Forward only.

-- One row a search that is away, or on its way there or back. Its rows stand in `files`:
-- [{table, key, rows, bytes, sha256}, …].
-- asked: a job shall do it. writing: it does, and nobody may change the search. archived: the files are the
-- truth, and searches.archived_at is set. cleared_at: since when nothing of it is left in the hot tables.
CREATE TABLE archives (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    search_id uuid NOT NULL UNIQUE REFERENCES searches ON DELETE CASCADE,
    run_id bigint REFERENCES runs ON DELETE SET NULL,
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'writing', 'archived')),
    tier text NOT NULL CHECK (tier IN ('warm', 'cold')),
    files jsonb NOT NULL DEFAULT '[]',
    people bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    made_by bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    cleared_at timestamptz
);

-- Who is in an archive, in the order of its preview. It decides who comes back: whoever is erased meanwhile
-- leaves it with their profile, and whoever is merged is found under the survivor. archive_id has no foreign
-- key, so that a million of these rows go in batches.
CREATE TABLE archive_people (
    archive_id bigint NOT NULL,
    place integer NOT NULL,
    candidate_id bigint NOT NULL,
    profile_id bigint NOT NULL REFERENCES profiles ON DELETE CASCADE,
    filter_status text NOT NULL,
    stage text NOT NULL,
    fit text,
    score numeric(3, 1),
    note_count integer NOT NULL,
    screened_at timestamptz,
    tags text[] NOT NULL,
    PRIMARY KEY (archive_id, place)
);
CREATE UNIQUE INDEX archive_people_candidate ON archive_people (archive_id, candidate_id);
CREATE INDEX archive_people_profile ON archive_people (profile_id);

-- Files that nothing leads to any more; noted before they are made and when their search is back.
CREATE TABLE archive_leftovers (
    storage_key text PRIMARY KEY,
    run_id bigint,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Since when nobody has opened a search, to the day: what its tier goes by.
ALTER TABLE searches ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT now();
-- To be put away used to be a mark only; now it says that the rows are in files.
UPDATE searches SET archived_at = NULL WHERE archived_at IS NOT NULL;

-- Removing a candidate looks here.
CREATE INDEX screening_items_candidate ON screening_items (candidate_id);
CREATE INDEX overrides_candidate ON overrides (candidate_id);

-- Whether a search is being written to files: what is changed now would be missing there. A run that
-- ended early, however it ended, freezes nothing.
CREATE FUNCTION search_frozen(search searches) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM archives a JOIN runs r ON r.id = a.run_id
    WHERE a.search_id = (search).id AND a.state = 'writing' AND r.state IN ('queued', 'running', 'paused'));

-- Who may know of a search, archived or not: lists, jobs, the preview.
CREATE FUNCTION search_listed(search searches, viewer bigint, viewer_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (search).user_id = viewer OR viewer_role = 'admin' OR (search).visibility = 'team'
    OR ((search).visibility = 'named' AND EXISTS (
        SELECT FROM search_members m WHERE m.search_id = (search).id AND m.user_id = viewer));

-- Who may read what is in it. Of an archived search nobody reads hot rows: half of them may be gone.
CREATE OR REPLACE FUNCTION search_visible(search searches, viewer bigint, viewer_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (search).archived_at IS NULL AND search_listed(search, viewer, viewer_role);

CREATE OR REPLACE FUNCTION search_editable(search searches, editor bigint, editor_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN editor_role <> 'viewer' AND search_visible(search, editor, editor_role) AND NOT search_frozen(search);

-- A merge takes along whose candidates are in archives.
CREATE OR REPLACE FUNCTION identity_snapshot(people bigint[], members bigint[]) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(jsonb_agg(jsonb_build_object('t', x.t, 'k', x.k, 'r', x.r)), '[]') FROM (
        SELECT 'profiles' AS t, jsonb_build_object('id', p.id) AS k, to_jsonb(p) AS r
        FROM profiles p WHERE p.id = ANY (people)
        UNION ALL SELECT 'profile_urls', jsonb_build_object('url_key', u.url_key), to_jsonb(u)
        FROM profile_urls u WHERE u.profile_id = ANY (people)
        UNION ALL SELECT 'positions', jsonb_build_object('id', o.id), to_jsonb(o)
        FROM positions o WHERE o.profile_id = ANY (people)
        UNION ALL SELECT 'educations', jsonb_build_object('id', e.id), to_jsonb(e)
        FROM educations e WHERE e.profile_id = ANY (people)
        UNION ALL SELECT 'profile_raw', jsonb_build_object('profile_id', w.profile_id, 'source', w.source), to_jsonb(w)
        FROM profile_raw w WHERE w.profile_id = ANY (people)
        UNION ALL SELECT 'profile_fields', jsonb_build_object('profile_id', f.profile_id, 'field', f.field), to_jsonb(f)
        FROM profile_fields f WHERE f.profile_id = ANY (people)
        UNION ALL SELECT 'identity_keys', jsonb_build_object('key', i.key, 'profile_id', i.profile_id), to_jsonb(i)
        FROM identity_keys i WHERE i.profile_id = ANY (people)
        UNION ALL SELECT 'identity_checks', jsonb_build_object('profile_id', i.profile_id), to_jsonb(i)
        FROM identity_checks i WHERE i.profile_id = ANY (people)
        UNION ALL SELECT 'duplicate_pairs', jsonb_build_object('id', d.id), to_jsonb(d)
        FROM duplicate_pairs d WHERE d.profile_a = ANY (people) OR d.profile_b = ANY (people)
        UNION ALL SELECT 'merges', jsonb_build_object('id', m.id), jsonb_build_object('id', m.id, 'survivor_id', m.survivor_id)
        FROM merges m WHERE m.survivor_id = ANY (people)
        UNION ALL SELECT 'archive_people', jsonb_build_object('archive_id', h.archive_id, 'place', h.place), to_jsonb(h)
        FROM archive_people h WHERE h.profile_id = ANY (people)
        UNION ALL SELECT 'candidates', jsonb_build_object('id', c.id), to_jsonb(c)
        FROM candidates c WHERE c.id = ANY (members)
        UNION ALL SELECT 'notes', jsonb_build_object('id', n.id), to_jsonb(n)
        FROM notes n WHERE n.candidate_id = ANY (members)
        UNION ALL SELECT 'overrides', jsonb_build_object('id', v.id), to_jsonb(v)
        FROM overrides v WHERE v.candidate_id = ANY (members)
        UNION ALL SELECT 'verdicts',
            jsonb_build_object('candidate_id', v.candidate_id, 'criterion_id', v.criterion_id), to_jsonb(v)
        FROM verdicts v WHERE v.candidate_id = ANY (members)
        UNION ALL SELECT 'screening_items',
            jsonb_build_object('run_id', i.run_id, 'candidate_id', i.candidate_id), to_jsonb(i)
        FROM screening_items i WHERE i.candidate_id = ANY (members)
    ) AS x;
END;
