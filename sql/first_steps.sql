-- fetch_steps --
-- What has been done in the oldest search of someone's own, while they own few: people are loaded by whatever way, the
-- other steps by what was started or decided there. No row for whoever dismissed the guide. A few looks into indexes.
SELECT s.id AS search_id, s.title, s.profile_count > 0 AS load,
    EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.kind = 'filter' AND r.state = 'done') AS filter,
    EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.kind = 'enrich' AND r.state = 'done') AS enrich,
    EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.kind = 'screen' AND r.state = 'done') AS screen,
    EXISTS (SELECT FROM change_batches b WHERE b.search_id = s.id AND b.action = 'stage' AND b.undone_at IS NULL
        AND b.undoes IS NULL) AS triage,
    EXISTS (SELECT FROM runs r WHERE r.search_id = s.id AND r.kind = 'export' AND r.state = 'done') AS export
FROM (
    SELECT o.id, o.title, o.profile_count, o.created_at, count(*) OVER () AS owned
    FROM searches o WHERE o.user_id = %(actor)s AND o.archived_at IS NULL AND o.deleted_at IS NULL) AS s
WHERE s.owned <= %(most)s AND NOT EXISTS (
    SELECT FROM user_preferences p WHERE p.user_id = %(actor)s AND p.name = %(preference)s)
ORDER BY s.created_at, s.id LIMIT 1;

-- fetch_anybody --
-- Whether any person is known here.
SELECT EXISTS (SELECT FROM profiles) AS found;

-- fetch_empty_search --
-- A search of someone's own with this title that nobody is in: what an earlier attempt left.
SELECT id FROM searches WHERE user_id = %(actor)s AND title = %(title)s AND profile_count = 0 AND archived_at IS NULL
    AND deleted_at IS NULL
ORDER BY created_at, id LIMIT 1;
