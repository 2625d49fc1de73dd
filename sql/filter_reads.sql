-- fetch_list_uses --
-- Which rule sets, of those that the actor may use, hold rules on these lists.
SELECT f.list_id, array_agg(DISTINCT t.name ORDER BY t.name) AS names
FROM filter_rules f JOIN rule_sets t ON t.id = f.rule_set_id LEFT JOIN searches s ON s.id = t.search_id
WHERE f.list_id = ANY (%(ids)s::bigint[]) AND (t.user_id = %(actor)s OR t.shared OR %(role)s = 'admin')
    AND (t.search_id IS NULL OR search_visible(s, %(actor)s, %(role)s))
GROUP BY f.list_id;

-- fetch_version_entries --
-- The first entries that a version of a list added or removed, with how many there are of each.
SELECT v.what, v.raw, v.total
FROM (
    SELECT CASE WHEN e.from_version = %(version)s THEN 'added' ELSE 'removed' END AS what, e.raw,
        count(*) OVER (PARTITION BY e.from_version = %(version)s) AS total,
        row_number() OVER (PARTITION BY e.from_version = %(version)s ORDER BY e.row_number, e.id) AS place
    FROM list_entries e JOIN lists l ON l.id = e.list_id AND list_visible(l, %(actor)s, %(role)s)
    WHERE e.list_id = %(list_id)s AND (e.from_version = %(version)s OR e.to_version = %(version)s)
) AS v
WHERE v.place <= %(limit)s ORDER BY v.what, v.place;

-- fetch_people --
-- Some people of one search, with what rules look at.
SELECT c.id, p.full_name, p.title, p.company, p.location, p.headline, c.years_experience::float8, c.current_tenure_months,
    c.average_tenure_months,
    ARRAY (SELECT DISTINCT e.school FROM educations e WHERE e.profile_id = p.id AND e.school <> '' LIMIT 3) AS schools
FROM candidates c JOIN searches s ON s.id = c.search_id AND search_visible(s, %(actor)s, %(role)s)
JOIN profiles p ON p.id = c.profile_id
WHERE c.search_id = %(search_id)s AND c.id = ANY (%(ids)s::bigint[])
ORDER BY c.id LIMIT 100;

-- fetch_rule_sources --
-- Searches, that the actor may see, in which rules were applied, the newest first.
SELECT s.id, s.title FROM searches s
JOIN LATERAL (SELECT max(r.id) AS run_id FROM runs r
    WHERE r.search_id = s.id AND r.kind = 'filter' AND r.state = 'done' AND r.params ->> 'mode' = 'apply') AS r
    ON r.run_id IS NOT NULL
WHERE search_visible(s, %(actor)s, %(role)s) ORDER BY r.run_id DESC LIMIT 50;

-- fetch_marks --
-- The version of a search's people and of some lists, to tell whether figures are of now.
SELECT s.data_version AS version,
    coalesce((SELECT jsonb_object_agg(l.id, l.version) FROM lists l
        WHERE l.id = ANY (%(ids)s::bigint[]) AND l.archived_at IS NULL AND list_visible(l, %(actor)s, %(role)s)), '{}')
        AS lists
FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- fetch_latest_run --
-- The newest filter run of a search that the actor may see.
SELECT r.id, r.params ->> 'mode' AS mode FROM runs r JOIN searches s ON s.id = r.search_id AND search_visible(s, %(actor)s, %(role)s)
WHERE r.search_id = %(search_id)s AND r.kind = 'filter' ORDER BY r.id DESC LIMIT 1;
