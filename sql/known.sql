-- fetch_marks --
-- Of candidates of one page: in how many other searches the person is, as far as the actor may know of them, and
-- the three that say most: the furthest stage first, then who was screened or added last.
SELECT x.* FROM (
    SELECT c.id::text AS own, o.id, s.title, o.stage, o.stage_changed_at AS stage_at, o.screened_at,
        s.archived_at IS NOT NULL AS archived, count(*) OVER w AS searches, row_number() OVER (w ORDER BY array_position(
            '{hired,interviewing,contacted,shortlisted,rejected,new}'::text[], o.stage),
            o.screened_at DESC NULLS LAST, o.added_at DESC, o.id DESC) AS place
    FROM candidates c CROSS JOIN LATERAL places_of(c.profile_id, c.search_id, %(actor)s, %(role)s) AS o
    JOIN searches s ON s.id = o.search_id
    WHERE c.id = ANY (%(ids)s::bigint[]) AND c.search_id = %(search_id)s
    WINDOW w AS (PARTITION BY c.id)) AS x
WHERE x.place <= 3 ORDER BY x.own, x.place;

-- fetch_names --
-- Who moved some candidates to their stage (what was taken back does not count), and who had them screened.
SELECT c.id, (SELECT u.name FROM changes h JOIN change_batches b ON b.id = h.batch_id JOIN users u ON u.id = b.user_id
        WHERE h.candidate_id = c.id AND h.field = 'stage' AND h.new = to_jsonb(c.stage)
            AND (b.undone_at IS NULL OR NOT batch_undone(b)) AND b.undoes IS NULL
        ORDER BY b.id DESC LIMIT 1) AS stage_by,
    (SELECT u.name FROM verdicts v JOIN runs r ON r.id = v.run_id JOIN users u ON u.id = r.user_id
        WHERE v.candidate_id = c.id ORDER BY v.created_at DESC LIMIT 1) AS screened_by
FROM candidates c WHERE c.id = ANY (%(ids)s::bigint[]);

-- fetch_known --
-- Other searches where one person is, as far as the actor may know of them: the furthest stage first.
SELECT s.id AS search_id, s.title, c.id AS candidate_id, c.stage, c.stage_changed_at AS stage_at, c.screened_at,
    s.archived_at IS NOT NULL AS archived, (SELECT u.name FROM changes h JOIN change_batches b ON b.id = h.batch_id JOIN users u ON u.id = b.user_id
        WHERE h.candidate_id = c.id AND h.field = 'stage' AND h.new = to_jsonb(c.stage) AND c.stage <> 'new'
            AND (b.undone_at IS NULL OR NOT batch_undone(b)) AND b.undoes IS NULL
        ORDER BY b.id DESC LIMIT 1) AS stage_by,
    (SELECT u.name FROM verdicts v JOIN runs r ON r.id = v.run_id JOIN users u ON u.id = r.user_id
        WHERE v.candidate_id = c.id ORDER BY v.created_at DESC LIMIT 1) AS screened_by
FROM places_of(%(profile_id)s, %(search_id)s, %(actor)s, %(role)s) AS c JOIN searches s ON s.id = c.search_id
ORDER BY array_position('{hired,interviewing,contacted,shortlisted,rejected,new}'::text[], c.stage),
    c.screened_at DESC NULLS LAST, c.added_at DESC, c.id DESC LIMIT %(most)s;

-- fetch_before --
-- What was done with one person before, here and in other searches that the actor may know of: moved to a stage,
-- screened; the latest first. An archived search knows no names, nor since when a stage is set.
WITH places AS (
    SELECT o.search_id, o.id, o.stage, o.stage_changed_at, o.screened_at
    FROM places_of(%(profile_id)s, %(search_id)s, %(actor)s, %(role)s) AS o
    UNION ALL
    SELECT c.search_id, c.id, c.stage, c.stage_changed_at, c.screened_at FROM candidates c
    JOIN searches s ON s.id = c.search_id AND search_visible(s, %(actor)s, %(role)s)
    WHERE c.search_id = %(search_id)s AND c.profile_id = %(profile_id)s
)
SELECT s.title, p.search_id = %(search_id)s AS here, x.what, p.stage, x.at, u.name AS who,
    coalesce(x.user_id = %(actor)s, false) AS own, x.reason
FROM places p JOIN searches s ON s.id = p.search_id CROSS JOIN LATERAL (
    SELECT 'stage' AS what, p.stage_changed_at AS at, b.user_id, coalesce(b.reason, '') AS reason
    FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
        SELECT b.user_id, b.reason FROM changes h JOIN change_batches b ON b.id = h.batch_id
        WHERE h.candidate_id = p.id AND h.field = 'stage' AND h.new = to_jsonb(p.stage)
            AND (b.undone_at IS NULL OR NOT batch_undone(b)) AND b.undoes IS NULL
        ORDER BY b.id DESC LIMIT 1) AS b ON true
    WHERE p.stage <> 'new'
    UNION ALL
    SELECT 'screened', p.screened_at, (
        SELECT r.user_id FROM verdicts v JOIN runs r ON r.id = v.run_id
        WHERE v.candidate_id = p.id ORDER BY v.created_at DESC LIMIT 1), ''
    WHERE p.screened_at IS NOT NULL
) AS x LEFT JOIN users u ON u.id = x.user_id
ORDER BY x.at DESC NULLS LAST, s.title, x.what LIMIT %(most)s;

-- count_known_people --
-- How many of some people are in another search that the actor may know of.
SELECT count(*) AS people FROM unnest(%(people)s::bigint[]) AS g (id)
WHERE EXISTS (SELECT FROM places_of(g.id, %(search_id)s::uuid, %(actor)s, %(role)s));

-- fetch_sources --
-- Where each value of a person comes from and since when.
SELECT d.field, coalesce(f.source, p.source) AS source, coalesce(f.at, p.created_at) AS at, f.merge_id IS NOT NULL AS merged
FROM profiles p CROSS JOIN LATERAL (VALUES
    (1, 'full_name', p.full_name <> ''), (2, 'headline', p.headline <> ''), (3, 'title', p.title <> ''),
    (4, 'company', p.company <> ''), (5, 'location', p.location <> ''), (6, 'country', p.country <> ''),
    (7, 'industry', p.industry <> ''), (8, 'email', p.email <> ''), (9, 'phone', p.phone <> ''),
    (10, 'linkedin_url', p.linkedin_url <> ''), (11, 'skills', p.skills <> '{}'),
    (12, 'years_experience', p.years_experience IS NOT NULL), (13, 'summary', p.summary <> '')) AS d (n, field, there)
LEFT JOIN profile_fields f ON f.profile_id = p.id AND f.field = d.field
WHERE p.id = %(profile_id)s AND (d.there OR f.source = 'manual') ORDER BY d.n;

-- name_source --
-- Says for the rest of a transaction where the values come from that it writes.
SELECT set_config('sourcingx.source', %(source)s, true);

-- fetch_profile --
-- Whose candidate this is; no row where the search is not the actor's to see.
SELECT c.profile_id FROM candidates c JOIN searches s ON s.id = c.search_id
WHERE c.id = %(candidate_id)s AND c.search_id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);
