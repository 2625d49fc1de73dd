-- What people write about someone by hand, and what the sources say of it.

-- fetch_person --
-- Whom a candidate stands for, in a search that the actor may see; editable: and change.
SELECT c.id, c.profile_id, search_editable(s, %(actor)s, %(role)s) AS editable
FROM searches s LEFT JOIN candidates c ON c.search_id = s.id AND c.id = %(candidate_id)s
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- lock_person --
-- One at a time writes about someone; no row where the candidate stands for somebody else by now. Before the candidates.
SELECT p.id, p.title, p.company, p.headline, p.location, p.country, p.industry, p.email, p.phone, p.full_name
FROM profiles p WHERE p.id = %(profile_id)s
    AND EXISTS (SELECT FROM candidates c WHERE c.id = %(candidate_id)s AND c.profile_id = p.id)
FOR NO KEY UPDATE;

-- lock_candidates --
-- All their candidates, in the order in which all others lock them.
SELECT id FROM candidates WHERE profile_id = %(profile_id)s ORDER BY id FOR NO KEY UPDATE;

-- keep_own_books --
-- For this transaction: where values come from is written here, not by the trigger.
SELECT set_config('sourcingx.provenance', 'off', true);

-- fetch_origins --
-- Where the values of some fields come from; no row for one that is from when the person was first seen.
SELECT field, source, at, edited_by, kept_value, kept_source, kept_at FROM profile_fields
WHERE profile_id = %(profile_id)s AND field = ANY (%(fields)s::text[]);

-- update_profile --
-- New values; NULL leaves one as it is.
UPDATE profiles SET title = coalesce(%(title)s, title), company = coalesce(%(company)s, company),
    headline = coalesce(%(headline)s, headline), location = coalesce(%(location)s, location),
    country = coalesce(%(country)s, country), industry = coalesce(%(industry)s, industry),
    email = coalesce(%(email)s, email), phone = coalesce(%(phone)s, phone), updated_at = now()
WHERE id = %(profile_id)s;

-- upsert_manual --
-- A field that a person wrote, and what the sources say of it.
INSERT INTO profile_fields (profile_id, field, source, at, edited_by, kept_value, kept_source, kept_at)
VALUES (%(profile_id)s, %(field)s, 'manual', coalesce(%(at)s::timestamptz, now()), %(editor)s, %(kept_value)s,
    %(kept_source)s, %(kept_at)s)
ON CONFLICT (profile_id, field) DO UPDATE SET source = excluded.source, at = excluded.at,
    edited_by = excluded.edited_by, kept_value = excluded.kept_value, kept_source = excluded.kept_source,
    kept_at = excluded.kept_at, from_profile = NULL, merge_id = NULL;

-- upsert_source --
-- A field that has its source's value again.
INSERT INTO profile_fields (profile_id, field, source, at) VALUES (%(profile_id)s, %(field)s, %(source)s, %(at)s)
ON CONFLICT (profile_id, field) DO UPDATE SET source = excluded.source, at = excluded.at, edited_by = NULL,
    kept_value = NULL, kept_source = NULL, kept_at = NULL, from_profile = NULL, merge_id = NULL;

-- delete_origin --
-- A field that is as when the person was first seen.
DELETE FROM profile_fields WHERE profile_id = %(profile_id)s AND field = %(field)s;

-- insert_change --
-- What became of a field, for the history and for Undo.
INSERT INTO changes (batch_id, candidate_id, field, old, new)
VALUES (%(batch_id)s, %(candidate_id)s, %(field)s, to_jsonb(%(old)s::text), to_jsonb(%(new)s::text));

-- fetch_change --
-- What a batch made of a field; to_source: it gave the source's value back.
SELECT h.old #>> '{}' AS old, h.new #>> '{}' AS new, b.value = 'source' AS to_source
FROM changes h JOIN change_batches b ON b.id = h.batch_id
WHERE h.batch_id = %(undoes)s AND h.candidate_id = %(candidate_id)s AND h.field = %(field)s;

-- fetch_before --
-- The last edit of a field before a batch, in any search, that was not taken back. value 'source': that gave the
-- source's value back.
SELECT b.user_id, b.created_at, b.value = 'source' AS to_source, h.new #>> '{}' AS new
FROM candidates c JOIN changes h ON h.candidate_id = c.id JOIN change_batches b ON b.id = h.batch_id
WHERE c.profile_id = %(profile_id)s AND h.field = %(field)s AND b.action = 'edit' AND b.id < %(undoes)s
    AND NOT batch_undone(b)
ORDER BY b.id DESC LIMIT 1;

-- fetch_edits --
-- What was written by hand of someone, by whom and when, and what the sources say of it.
SELECT f.field, u.name AS editor, coalesce(f.edited_by = %(actor)s, false) AS own, f.at, f.kept_value AS source_value,
    coalesce(f.kept_source, p.source) AS source, coalesce(f.kept_at, p.created_at) AS source_at
FROM profile_fields f JOIN profiles p ON p.id = f.profile_id LEFT JOIN users u ON u.id = f.edited_by
WHERE f.profile_id = %(profile_id)s AND f.source = 'manual' ORDER BY f.field;

-- sync_members --
-- Brings the person's candidates up to date, in all searches.
SELECT sync_candidates(ARRAY[%(profile_id)s]::bigint[]) AS searches;

-- lock_searches --
-- In one order for everyone.
SELECT id FROM searches WHERE id = ANY (%(searches)s::uuid[]) ORDER BY id FOR NO KEY UPDATE;

-- bump_searches --
-- New versions for the searches that were touched.
SELECT bump_version(t.id) FROM unnest(%(searches)s::uuid[]) AS t (id) ORDER BY t.id;
