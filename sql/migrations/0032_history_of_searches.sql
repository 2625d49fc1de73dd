-- Deleting a search with a time to change one's mind, and where a search came from. Forward only.

-- deleted_at: nobody sees it any more but its owner and admins, who can have it back until its time is over; then a job
-- removes it for good. source_url: the search at LinkedIn that it was made of, where that is known.
ALTER TABLE searches
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN deleted_by bigint REFERENCES users,
    ADD COLUMN source_url text NOT NULL DEFAULT '' CHECK (length(source_url) <= 2000);
CREATE INDEX searches_deleted ON searches (deleted_at) WHERE deleted_at IS NOT NULL;

-- Who may know of a search, archived or not: everything else asks this. Of a deleted one nobody does.
CREATE OR REPLACE FUNCTION search_listed(search searches, viewer bigint, viewer_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (search).deleted_at IS NULL AND ((search).user_id = viewer OR viewer_role = 'admin'
    OR (search).visibility = 'team' OR ((search).visibility = 'named' AND EXISTS (
        SELECT FROM search_members m WHERE m.search_id = (search).id AND m.user_id = viewer)));

-- People who were in a deleted search and in no other go with it, without marks: they may come again.
ALTER TABLE erasures DROP CONSTRAINT erasures_reason_check,
    ADD CONSTRAINT erasures_reason_check CHECK (reason IN ('request', 'retention', 'replay', 'search'));

-- What was moved in from the tables of before, by what it was called there: so that a second go finds it again.
-- kind: history (a launch of the history of searches), search, job (people who were screened for one), rest (everybody
-- who was in none of these). detail: what was said of it there. No names of people.
CREATE TABLE legacy_items (
    kind text NOT NULL CHECK (kind IN ('history', 'search', 'job', 'rest')),
    legacy_key text NOT NULL CHECK (length(legacy_key) <= 500),
    search_id uuid REFERENCES searches ON DELETE SET NULL,
    run_id bigint REFERENCES runs ON DELETE SET NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (kind, legacy_key)
);
CREATE INDEX legacy_items_search ON legacy_items (search_id) WHERE search_id IS NOT NULL;
