-- lock_people --
-- Imports, merges and Undo of merges wait for each other: none sees half of another.
SELECT pg_advisory_xact_lock(hashtext('sourcingx people'));

-- keep_own_books --
-- For this transaction: values that are moved keep where they come from.
SELECT set_config('sourcingx.provenance', 'off', true);

-- fetch_pair --
-- A pair whose two people the actor may see, locked; editable: and may merge.
SELECT d.id, d.profile_a, d.profile_b, d.state, d.merge_id,
    person_editable(d.profile_a, %(actor)s, %(role)s) AND person_editable(d.profile_b, %(actor)s, %(role)s) AS editable
FROM duplicate_pairs d
WHERE d.id = %(pair_id)s AND person_visible(living_profile(d.profile_a), %(actor)s, %(role)s)
    AND person_visible(living_profile(d.profile_b), %(actor)s, %(role)s)
FOR NO KEY UPDATE;

-- decide_pair --
-- What a person said about a pair.
UPDATE duplicate_pairs SET state = %(state)s, decided_by = %(actor)s, decided_at = now() WHERE id = %(pair_id)s;

-- lock_profiles --
-- Both people, in one order for everyone.
SELECT id FROM profiles WHERE id = ANY (%(people)s::bigint[]) ORDER BY id FOR UPDATE;

-- lock_members --
-- All their candidates, in one order for everyone.
SELECT id, search_id, profile_id FROM candidates WHERE profile_id = ANY (%(people)s::bigint[]) ORDER BY id FOR UPDATE;

-- find_screening --
-- Whether a model call about one of these candidates is still to come, or under way.
SELECT EXISTS (SELECT FROM screening_items i JOIN runs r ON r.id = i.run_id
    WHERE i.candidate_id = ANY (%(members)s::bigint[]) AND i.state IN ('pending', 'leased', 'retry')
        AND r.state IN ('queued', 'running', 'paused')) AS found;

-- find_both_archived --
-- A search that was put away, or is being, and in which both are: what hangs on each of them is in its files.
-- Its title where the actor may know it.
SELECT CASE WHEN search_listed(s, %(actor)s, %(role)s) THEN s.title END AS title
FROM archive_people a JOIN archive_people b USING (archive_id)
JOIN archives r ON r.id = a.archive_id JOIN searches s ON s.id = r.search_id
WHERE a.profile_id = %(survivor)s AND b.profile_id = %(other)s AND (s.archived_at IS NOT NULL OR search_frozen(s))
ORDER BY title NULLS LAST LIMIT 1;

-- find_archived_since --
-- A search in which a merge made one candidate of two, and that was put away since, or is being. Its title as above.
SELECT CASE WHEN search_listed(s, %(actor)s, %(role)s) THEN s.title END AS title
FROM searches s WHERE s.id = ANY (%(folded)s::uuid[]) AND (s.archived_at IS NOT NULL OR search_frozen(s))
ORDER BY title NULLS LAST LIMIT 1;

-- take_back_archived --
-- Candidates who only went along, and whose search was put away since, come back from it as the other one.
UPDATE archive_people p SET profile_id = (d.b ->> 'profile_id')::bigint
FROM merges m CROSS JOIN jsonb_to_recordset(m.undo) AS d (t text, k jsonb, b jsonb, a jsonb)
WHERE m.id = %(merge_id)s AND d.t = 'candidates' AND d.b ? 'profile_id' AND d.a ? 'profile_id'
    AND p.profile_id = m.kept_id AND p.profile_id = (d.a ->> 'profile_id')::bigint
    AND p.candidate_id = (d.k ->> 'id')::bigint;

-- insert_merge --
-- One merge.
INSERT INTO merges (survivor_id, kept_id, merged_id, user_id, members, folded, undo)
VALUES (%(survivor)s, %(survivor)s, %(other)s, %(actor)s, %(members)s::bigint[], %(folded)s::uuid[], '[]') RETURNING id;

-- keep_before --
-- How everything was.
UPDATE merges SET undo = identity_snapshot(ARRAY[survivor_id, merged_id], members) WHERE id = %(merge_id)s;

-- keep_difference --
-- What the merge changed: all that Undo needs.
UPDATE merges SET undo = merge_difference(undo, identity_snapshot(ARRAY[survivor_id, merged_id], members))
WHERE id = %(merge_id)s;

-- keep_sources --
-- Where the values come from that the survivor takes over from the other one.
INSERT INTO profile_fields (profile_id, field, source, at, from_profile, merge_id, edited_by, kept_value, kept_source,
    kept_at)
SELECT %(survivor)s, t.field, coalesce(f.source, p.source), coalesce(f.at, p.created_at), %(other)s, %(merge_id)s,
    f.edited_by, f.kept_value, CASE WHEN f.source = 'manual' THEN coalesce(f.kept_source, p.source) END,
    CASE WHEN f.source = 'manual' THEN coalesce(f.kept_at, p.created_at) END
FROM unnest(%(taken)s::text[]) AS t (field)
JOIN profiles p ON p.id = %(other)s
LEFT JOIN profile_fields f ON f.profile_id = p.id AND f.field = t.field
ON CONFLICT (profile_id, field) DO UPDATE SET source = excluded.source, at = excluded.at,
    from_profile = excluded.from_profile, merge_id = excluded.merge_id, edited_by = excluded.edited_by,
    kept_value = excluded.kept_value, kept_source = excluded.kept_source, kept_at = excluded.kept_at;

-- fetch_profiles --
-- The values of both people that a merge chooses from.
SELECT id, full_name, first_name, last_name, headline, title, company, location, country, industry, summary, email,
    phone, linkedin_url, skills, years_experience, current_tenure_months, average_tenure_months
FROM profiles WHERE id = ANY (%(people)s::bigint[]);

-- merge_profile --
-- The survivor takes over the chosen values of the other one.
UPDATE profiles p SET
    full_name = CASE WHEN 'full_name' = ANY (t.taken) THEN o.full_name ELSE p.full_name END,
    first_name = CASE WHEN 'full_name' = ANY (t.taken) THEN o.first_name ELSE p.first_name END,
    last_name = CASE WHEN 'full_name' = ANY (t.taken) THEN o.last_name ELSE p.last_name END,
    headline = CASE WHEN 'headline' = ANY (t.taken) THEN o.headline ELSE p.headline END,
    title = CASE WHEN 'title' = ANY (t.taken) THEN o.title ELSE p.title END,
    company = CASE WHEN 'company' = ANY (t.taken) THEN o.company ELSE p.company END,
    location = CASE WHEN 'location' = ANY (t.taken) THEN o.location ELSE p.location END,
    country = CASE WHEN 'country' = ANY (t.taken) THEN o.country ELSE p.country END,
    industry = CASE WHEN 'industry' = ANY (t.taken) THEN o.industry ELSE p.industry END,
    summary = CASE WHEN 'summary' = ANY (t.taken) THEN o.summary ELSE p.summary END,
    email = CASE WHEN 'email' = ANY (t.taken) THEN o.email ELSE p.email END,
    phone = CASE WHEN 'phone' = ANY (t.taken) THEN o.phone ELSE p.phone END,
    linkedin_url = CASE WHEN 'linkedin_url' = ANY (t.taken) THEN o.linkedin_url ELSE p.linkedin_url END,
    skills = CASE WHEN 'skills' = ANY (t.taken) THEN o.skills
        WHEN t.both_skills THEN p.skills || (ARRAY (SELECT s.skill FROM unnest(o.skills) WITH ORDINALITY AS s (skill, n)
            WHERE sx_key(s.skill) <> ALL (sx_keys(p.skills)) ORDER BY s.n))[1:greatest(0, 100 - cardinality(p.skills))]
        ELSE p.skills END,
    years_experience = CASE WHEN 'years_experience' = ANY (t.taken) THEN o.years_experience ELSE p.years_experience END,
    current_tenure_months = CASE WHEN 'company' = ANY (t.taken) OR p.current_tenure_months IS NULL
        THEN coalesce(o.current_tenure_months, p.current_tenure_months) ELSE p.current_tenure_months END,
    average_tenure_months = coalesce(p.average_tenure_months, o.average_tenure_months),
    collected_at = greatest(p.collected_at, o.collected_at), updated_at = now()
FROM profiles o, (SELECT %(taken)s::text[] AS taken, %(both_skills)s::boolean AS both_skills) AS t
WHERE p.id = %(survivor)s AND o.id = %(other)s;

-- move_archived --
-- Whose candidates are in archives comes back from them as the survivor.
UPDATE archive_people SET profile_id = %(survivor)s WHERE profile_id = %(other)s;

-- move_urls --
-- All addresses of the other one lead to the survivor, and so do both e-mails, the one that is shown with another
-- spelling of the name, too, and the phone that is not shown any more.
WITH moved AS (UPDATE profile_urls SET profile_id = %(survivor)s WHERE profile_id = %(other)s)
INSERT INTO profile_urls (url_key, profile_id)
SELECT a.key, %(survivor)s FROM profiles p
JOIN unnest(%(emails)s::text[], %(phones)s::text[]) AS g (email, phone) ON true
CROSS JOIN LATERAL (VALUES
    (CASE WHEN g.email <> '' THEN 'mailto:' || lower(g.email) END),
    (CASE WHEN sx_phone(g.phone) IS DISTINCT FROM sx_phone(p.phone) THEN 'tel:' || sx_phone(g.phone) END)) AS a (key)
WHERE p.id = %(survivor)s AND a.key IS NOT NULL
ON CONFLICT (url_key) DO NOTHING;

-- drop_same_positions --
-- Jobs that the survivor's profile has already; what it does not say about them is filled in.
WITH same AS (
    SELECT DISTINCT ON (b.id) b.id AS other_id, a.id AS own_id, b.location, b.started_on, b.ended_on, b.description
    FROM positions b JOIN positions a ON a.profile_id = %(survivor)s
        AND (sx_key(a.title), sx_key(a.company)) = (sx_key(b.title), sx_key(b.company))
        AND coalesce(a.started_on = b.started_on, true) AND coalesce(a.ended_on = b.ended_on, true)
    WHERE b.profile_id = %(other)s ORDER BY b.id, a.id),
filled AS (
    UPDATE positions a SET location = coalesce(nullif(a.location, ''), s.location),
        started_on = coalesce(a.started_on, s.started_on), ended_on = coalesce(a.ended_on, s.ended_on),
        description = coalesce(nullif(a.description, ''), s.description)
    FROM same s WHERE a.id = s.own_id)
DELETE FROM positions b USING same s WHERE b.id = s.other_id;

-- move_positions --
-- All other jobs.
UPDATE positions SET profile_id = %(survivor)s WHERE profile_id = %(other)s;

-- end_positions --
-- A current job other than the one that the profile has now is a former one.
UPDATE positions o SET is_current = false FROM profiles p
WHERE p.id = %(survivor)s AND o.profile_id = p.id AND o.is_current AND p.title_key <> '' AND p.company_key <> ''
    AND (sx_key(o.title), sx_key(o.company)) IS DISTINCT FROM (p.title_key, p.company_key);

-- drop_same_educations --
-- Studies that the survivor's profile has already.
DELETE FROM educations b USING educations a
WHERE b.profile_id = %(other)s AND a.profile_id = %(survivor)s
    AND (sx_key(a.school), sx_key(a.degree), sx_key(a.field_of_study))
        = (sx_key(b.school), sx_key(b.degree), sx_key(b.field_of_study));

-- move_educations --
-- All other studies.
UPDATE educations SET profile_id = %(survivor)s WHERE profile_id = %(other)s;

-- join_raw --
-- What one source sent about both; where both say something, the survivor's counts.
UPDATE profile_raw a SET raw = b.raw || a.raw, fetched_at = greatest(a.fetched_at, b.fetched_at)
FROM profile_raw b WHERE a.profile_id = %(survivor)s AND b.profile_id = %(other)s AND a.source = b.source
    AND jsonb_typeof(a.raw) = 'object' AND jsonb_typeof(b.raw) = 'object';

-- move_raw --
-- What other sources sent.
UPDATE profile_raw b SET profile_id = %(survivor)s WHERE b.profile_id = %(other)s
    AND NOT EXISTS (SELECT FROM profile_raw a WHERE a.profile_id = %(survivor)s AND a.source = b.source);

-- move_lookups --
-- Whom vendors were asked about; where both were asked for, the later time and what was found.
INSERT INTO profile_lookups AS l (profile_id, vendor, outcome, at)
SELECT %(survivor)s, b.vendor, b.outcome, b.at FROM profile_lookups b WHERE b.profile_id = %(other)s
ON CONFLICT (profile_id, vendor) DO UPDATE SET at = greatest(l.at, excluded.at),
    outcome = CASE WHEN 'found' IN (l.outcome, excluded.outcome) THEN 'found' ELSE l.outcome END;

-- move_contacts --
-- E-mails and telephone numbers that the survivor has not from the same source.
UPDATE profile_contacts b SET profile_id = %(survivor)s WHERE b.profile_id = %(other)s
    AND NOT EXISTS (SELECT FROM profile_contacts a WHERE a.profile_id = %(survivor)s
        AND (a.source, a.kind, a.value) = (b.source, b.kind, b.value));

-- move_matches --
-- Whom others are compared with; where both are, once, and liked if one of them is.
INSERT INTO match_people AS m (match_id, profile_id, liked)
SELECT b.match_id, %(survivor)s, b.liked FROM match_people b WHERE b.profile_id = %(other)s
ON CONFLICT (match_id, profile_id) DO UPDATE SET liked = m.liked OR excluded.liked;

-- fold_candidates --
-- Where both are in one search: the stage that was set last, everyone's tags, out if one of them is out, and
-- the latest screening. own, other: their candidates, pairwise.
UPDATE candidates a SET
    stage = CASE WHEN t.stage_of_other THEN b.stage ELSE a.stage END,
    stage_changed_at = CASE WHEN t.stage_of_other THEN b.stage_changed_at ELSE a.stage_changed_at END,
    filter_status = CASE WHEN a.filter_status = 'active' THEN b.filter_status ELSE a.filter_status END,
    filter_rule_id = CASE WHEN a.filter_status = 'active' THEN b.filter_rule_id ELSE a.filter_rule_id END,
    tags = (a.tags || ARRAY (SELECT x.tag FROM unnest(b.tags) WITH ORDINALITY AS x (tag, n)
        WHERE x.tag <> ALL (a.tags) ORDER BY x.n))[1:50],
    score = CASE WHEN t.screening_of_other THEN b.score ELSE a.score END,
    fit = CASE WHEN t.screening_of_other THEN b.fit ELSE a.fit END,
    screened_at = CASE WHEN t.screening_of_other THEN b.screened_at ELSE a.screened_at END,
    note_count = a.note_count + b.note_count,
    added_at = least(a.added_at, b.added_at),
    changed_by = %(actor)s, changed_xid = pg_current_xact_id()
FROM unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other)
JOIN candidates b ON b.id = g.other
CROSS JOIN LATERAL (SELECT o.stage <> 'new' AND (m.stage = 'new'
            OR coalesce(o.stage_changed_at, o.added_at) > coalesce(m.stage_changed_at, m.added_at)) AS stage_of_other,
        coalesce(o.screened_at > m.screened_at, o.screened_at IS NOT NULL) AS screening_of_other
    FROM candidates o, candidates m WHERE o.id = g.other AND m.id = g.own) AS t
WHERE a.id = g.own;

-- fold_notes --
-- Notes go along.
UPDATE notes n SET candidate_id = g.own
FROM unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other) WHERE n.candidate_id = g.other;

-- fold_overrides --
-- So does what people said against the model.
UPDATE overrides n SET candidate_id = g.own
FROM unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other) WHERE n.candidate_id = g.other;

-- drop_older_verdicts --
-- Where both were screened, the verdicts that belong to the score which stays. Before fold_candidates.
DELETE FROM verdicts v
USING unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other), candidates a, candidates b
WHERE a.id = g.own AND b.id = g.other AND b.screened_at IS NOT NULL
    AND v.candidate_id = CASE WHEN coalesce(b.screened_at > a.screened_at, true) THEN g.own ELSE g.other END;

-- fold_verdicts --
-- The verdicts that are left.
UPDATE verdicts v SET candidate_id = g.own
FROM unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other)
WHERE v.candidate_id = g.other AND NOT EXISTS (
    SELECT FROM verdicts o WHERE o.candidate_id = g.own AND o.criterion_id = v.criterion_id);

-- fold_items --
-- Model calls, for the runs in which only the other one was.
UPDATE screening_items i SET candidate_id = g.own
FROM unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other)
WHERE i.candidate_id = g.other AND NOT EXISTS (
    SELECT FROM screening_items o WHERE o.candidate_id = g.own AND o.run_id = i.run_id);

-- fold_enrichment --
-- Whom runs of enrichment are about, where only the other one was.
UPDATE enrichment_items i SET candidate_id = g.own
FROM unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other)
WHERE i.candidate_id = g.other AND NOT EXISTS (
    SELECT FROM enrichment_items o WHERE o.candidate_id = g.own AND o.run_id = i.run_id);

-- fold_changes --
-- What was done to the two becomes what was done to one: each line says what the one candidate had before it and
-- after it, so that Undo of an action finds the survivor as that action left them. Before fold_candidates.
INSERT INTO changes AS h (batch_id, candidate_id, field, old, new)
SELECT s.batch_id, s.own, s.field, folded_value(s.own, s.other, s.field, s.batch_id - 1, s.own_now, s.other_now),
    folded_value(s.own, s.other, s.field, s.batch_id, s.own_now, s.other_now)
FROM (SELECT DISTINCT g.own, g.other, c.batch_id, c.field,
        n.values_of_own -> c.field AS own_now, n.values_of_other -> c.field AS other_now
    FROM unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other)
    JOIN candidates a ON a.id = g.own JOIN candidates b ON b.id = g.other
    JOIN changes c ON c.candidate_id IN (g.own, g.other)
    CROSS JOIN LATERAL (SELECT
        jsonb_build_object('stage', a.stage, 'tags', a.tags, 'filter_status', a.filter_status) AS values_of_own,
        jsonb_build_object('stage', b.stage, 'tags', b.tags, 'filter_status', b.filter_status) AS values_of_other) AS n
    ) AS s
ON CONFLICT (batch_id, candidate_id, field) DO UPDATE SET old = excluded.old, new = excluded.new;

-- drop_folded_changes --
-- Nothing is said of the other one any more.
DELETE FROM changes WHERE candidate_id = ANY (%(others)s::bigint[]);

-- close_double_exclusions --
-- Who is out in both places is out once: the other one's reason is closed. Before fold_candidates.
UPDATE exclusions x SET restored_at = now(), restored_by = %(actor)s, restored_as = 'merge'
FROM unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other)
WHERE x.candidate_id = g.other AND x.restored_at IS NULL
    AND EXISTS (SELECT FROM exclusions o WHERE o.candidate_id = g.own AND o.restored_at IS NULL);

-- fold_exclusions --
-- The ledger goes along.
SELECT move_exclusions(%(own)s::bigint[], %(others)s::bigint[]);

-- fold_flags --
-- What rules could not decide about the other one.
UPDATE filter_flags f SET candidate_id = g.own
FROM unnest(%(own)s::bigint[], %(others)s::bigint[]) AS g (own, other)
WHERE f.candidate_id = g.other AND NOT EXISTS (
    SELECT FROM filter_flags o WHERE o.candidate_id = g.own AND o.rule_id = f.rule_id);

-- drop_folded --
-- There is one of them in the search now.
DELETE FROM candidates WHERE id = ANY (%(others)s::bigint[]);

-- move_candidates --
-- In every other search the candidate stays as it is and is the survivor from now on.
UPDATE candidates SET profile_id = %(survivor)s WHERE profile_id = %(other)s;

-- drop_same_pairs --
-- What is said about the other one and a third is said about the survivor and the third already.
DELETE FROM duplicate_pairs d
WHERE d.state <> 'merged' AND d.id <> %(pair_id)s AND %(other)s IN (d.profile_a, d.profile_b) AND EXISTS (
    SELECT FROM duplicate_pairs o WHERE o.id <> d.id
        AND o.profile_a = least(%(survivor)s, nullif(d.profile_a, %(other)s), nullif(d.profile_b, %(other)s))
        AND o.profile_b = greatest(%(survivor)s, nullif(d.profile_a, %(other)s), nullif(d.profile_b, %(other)s)));

-- move_pairs --
-- Whoever may be the other one may be the survivor.
UPDATE duplicate_pairs d
SET profile_a = least(%(survivor)s, nullif(d.profile_a, %(other)s), nullif(d.profile_b, %(other)s)),
    profile_b = greatest(%(survivor)s, nullif(d.profile_a, %(other)s), nullif(d.profile_b, %(other)s))
WHERE d.state <> 'merged' AND d.id <> %(pair_id)s AND %(other)s IN (d.profile_a, d.profile_b);

-- move_merges --
-- Whoever was merged into the other one is the survivor now.
UPDATE merges SET survivor_id = %(survivor)s WHERE survivor_id = %(other)s;

-- close_pair --
-- The pair is one person.
UPDATE duplicate_pairs SET state = 'merged', decided_by = %(actor)s, decided_at = now(), merge_id = %(merge_id)s
WHERE id = %(pair_id)s;

-- lock_searches --
-- The searches that get a new version, in one order for everyone (as erasures.sql has it): also those where others are
-- compared with one of the two, which are told as rows of comparisons go.
SELECT s.id FROM searches s WHERE s.id = ANY (%(searches)s::uuid[]) OR s.id IN (
    SELECT m.search_id FROM match_people p JOIN matches m ON m.id = p.match_id
    WHERE p.profile_id = ANY (%(people)s::bigint[]))
ORDER BY s.id FOR NO KEY UPDATE;

-- delete_profile --
-- The other one is gone; everything that mattered has moved.
DELETE FROM profiles WHERE id = %(other)s;

-- sync_members --
-- Brings the candidates of both people up to date, in all searches.
SELECT sync_candidates(%(people)s::bigint[]) AS searches;

-- count_members --
-- Head counts of searches that have one person more or less.
UPDATE searches SET profile_count = profile_count + %(change)s WHERE id = ANY (%(searches)s::uuid[]);

-- bump_searches --
-- New versions for all searches that were touched, always in one order: the last statement.
SELECT bump_version(t.id) FROM unnest(%(searches)s::uuid[]) AS t (id) ORDER BY t.id;

-- fetch_merge --
-- A merge that the actor may take back, locked; no row for others'. later: one that has to be taken back first.
SELECT m.id, m.kept_id, m.merged_id, m.members, m.folded, m.undone_at IS NOT NULL AS undone,
    person_editable(m.survivor_id, %(actor)s, %(role)s) AS editable,
    EXISTS (SELECT FROM merges l WHERE l.survivor_id = m.survivor_id AND l.id > m.id AND l.undone_at IS NULL) AS later
FROM merges m WHERE m.id = %(merge_id)s AND (m.user_id = %(actor)s OR %(role)s = 'admin')
FOR NO KEY UPDATE;

-- take_back_raw --
-- What files said of the survivor since the merge stays with the survivor; of the rest each key goes back by itself,
-- which take_back does for whole rows only. A row that took in nothing but what it said already is as the merge left
-- it. Before take_back.
UPDATE profile_raw r SET raw = n.raw,
    row_hash = CASE WHEN n.told_again THEN (n.a ->> 'row_hash')::uuid END,
    profile_at = CASE WHEN n.told_again THEN (n.a ->> 'profile_at')::timestamptz ELSE r.profile_at END,
    fetched_at = CASE WHEN n.told_again THEN (n.a ->> 'fetched_at')::timestamptz ELSE r.fetched_at END
FROM (SELECT x.profile_id, x.source, d.a, d.b IS NULL AND x.raw = d.a -> 'raw' AS told_again,
        CASE WHEN x.raw = d.a -> 'raw' THEN x.raw ELSE (
            SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}') FROM (
                SELECT c.key, c.value FROM jsonb_each(x.raw) AS c WHERE c.value IS DISTINCT FROM d.a -> 'raw' -> c.key
                UNION ALL SELECT e.key, e.value FROM jsonb_each(coalesce(d.b -> 'raw', '{}')) AS e
                WHERE x.raw -> e.key IS NOT DISTINCT FROM d.a -> 'raw' -> e.key) AS o) END AS raw
    FROM merges m CROSS JOIN jsonb_to_recordset(m.undo) AS d (t text, k jsonb, b jsonb, a jsonb)
    JOIN profile_raw x ON x.profile_id = (d.k ->> 'profile_id')::bigint AND x.source = d.k ->> 'source'
    WHERE m.id = %(merge_id)s AND d.t = 'profile_raw' AND d.a ? 'raw' AND x.profile_at >= m.created_at
        AND jsonb_typeof(x.raw) = 'object' AND jsonb_typeof(d.a -> 'raw') = 'object'
        AND coalesce(jsonb_typeof(d.b -> 'raw'), 'object') = 'object') AS n
WHERE r.profile_id = n.profile_id AND r.source = n.source AND (n.told_again OR r.raw IS DISTINCT FROM n.raw);

-- forget_rows --
-- Rows that were taken in while the two were one may be the other one's: the next import asks anew whose they are.
UPDATE profile_raw r SET row_hash = NULL FROM merges m
WHERE m.id = %(merge_id)s AND r.profile_id IN (m.kept_id, m.merged_id) AND r.profile_at >= m.created_at;

-- take_back --
-- Undoes what the merge did; what was left as it is, by table.
SELECT place, kept FROM take_back_merge(%(merge_id)s);

-- find_newer_notes --
-- Whether notes of a folded candidate were written or deleted since a merge. Before take_back.
SELECT EXISTS (SELECT FROM merges m
    CROSS JOIN jsonb_to_recordset(m.undo) AS d (t text, k jsonb, a jsonb)
    JOIN candidates c ON d.t = 'candidates' AND c.id = (d.k ->> 'id')::bigint
    WHERE m.id = %(merge_id)s AND (d.a ->> 'note_count')::integer <> c.note_count) AS found;

-- recount_notes --
-- Then the counts are taken from the notes.
UPDATE candidates c SET note_count = n.n
FROM (SELECT m.id, (SELECT count(*) FROM notes WHERE candidate_id = m.id) AS n
    FROM unnest(%(members)s::bigint[]) AS m (id)) AS n
WHERE c.id = n.id AND c.note_count <> n.n;

-- keep_ledger --
-- Where lines of the ledger were changed since: whoever is in has none that is open, whoever is out has one.
WITH closed AS (
    UPDATE exclusions x SET restored_at = now(), restored_by = %(actor)s, restored_as = 'undo'
    FROM candidates c WHERE c.id = ANY (%(members)s::bigint[]) AND x.candidate_id = c.id
        AND c.filter_status = 'active' AND x.restored_at IS NULL)
INSERT INTO exclusions (search_id, candidate_id, rule_id, filter_status, user_id)
SELECT c.search_id, c.id, (SELECT f.id FROM filter_rules f WHERE f.id = c.filter_rule_id), c.filter_status, %(actor)s
FROM candidates c
WHERE c.id = ANY (%(members)s::bigint[]) AND c.filter_status <> 'active'
    AND (%(kept)s OR EXISTS (SELECT FROM exclusions o JOIN merges m ON m.id = %(merge_id)s
        WHERE o.candidate_id = c.id AND o.restored_at > m.created_at))
    AND NOT EXISTS (SELECT FROM exclusions o WHERE o.candidate_id = c.id AND o.restored_at IS NULL);

-- mark_undone --
-- Taken back: once.
UPDATE merges SET undone_at = now(), undone_by = %(actor)s WHERE id = %(merge_id)s;

-- fetch_members --
-- The searches in which these people are.
SELECT DISTINCT search_id FROM candidates WHERE profile_id = ANY (%(people)s::bigint[]);

-- put_vectors_out_of_date --
-- What the two are compared by may have changed.
SELECT vectors_out_of_date(%(people)s::bigint[]);
