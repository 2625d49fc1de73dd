-- fetch_scope --
-- What figures are about, and a mark that changes with it: the searches that the actor may see, or one of them.
SELECT count(*) AS searches, coalesce(sum(s.profile_count), 0)::bigint AS people,
    coalesce(md5(string_agg(s.id::text || ':' || s.data_version, ',' ORDER BY s.id)), '') AS mark
FROM searches s
WHERE search_visible(s, %(actor)s, %(role)s) AND (%(search_id)s::uuid IS NULL OR s.id = %(search_id)s::uuid);

-- with_seen --
-- The searches themselves.
seen AS MATERIALIZED (
    SELECT s.id, s.title FROM searches s
    WHERE search_visible(s, %(actor)s, %(role)s) AND (%(search_id)s::uuid IS NULL OR s.id = %(search_id)s::uuid)
)

-- count_sources --
-- How far people came who were added since, in all (source NULL) and by where they are from, the most shortlisted
-- first. All but loaded are active people; whoever is at a stage has been at those before it.
WITH {seen},
people AS (
    SELECT CASE WHEN grouping(c.source) = 0 THEN c.source END AS source, grouping(c.source) AS is_all, count(*) AS loaded,
        count(*) FILTER (WHERE c.filter_status = 'active') AS active,
        count(*) FILTER (WHERE c.filter_status = 'active' AND c.has_email) AS enriched,
        count(*) FILTER (WHERE c.filter_status = 'active' AND c.screened_at IS NOT NULL) AS screened,
        count(*) FILTER (WHERE c.filter_status = 'active'
            AND c.stage IN ('shortlisted', 'contacted', 'interviewing', 'hired')) AS shortlisted,
        count(*) FILTER (WHERE c.filter_status = 'active' AND c.stage IN ('contacted', 'interviewing', 'hired')) AS contacted,
        count(*) FILTER (WHERE c.filter_status = 'active' AND c.stage IN ('interviewing', 'hired')) AS interviewing,
        count(*) FILTER (WHERE c.filter_status = 'active' AND c.stage = 'hired') AS hired,
        (avg(c.score) FILTER (WHERE c.filter_status = 'active'))::float8 AS score
    FROM seen JOIN candidates c ON c.search_id = seen.id
    WHERE %(since)s::timestamptz IS NULL OR c.added_at >= %(since)s::timestamptz
    GROUP BY GROUPING SETS ((), (c.source))
)
SELECT source, loaded, active, enriched, screened, shortlisted, contacted, interviewing, hired, score
FROM people ORDER BY is_all DESC, shortlisted DESC, active DESC, source LIMIT %(limit)s;

-- count_scores --
-- Active people by score, a point wide; 10 is with the nines.
WITH {seen}
SELECT least(floor(c.score), 9)::integer AS low, count(*) AS people
FROM seen JOIN candidates c ON c.search_id = seen.id
WHERE c.score IS NOT NULL AND c.filter_status = 'active'
    AND (%(since)s::timestamptz IS NULL OR c.added_at >= %(since)s::timestamptz)
GROUP BY 1 ORDER BY 1 LIMIT %(limit)s;

-- count_reasons --
-- Active people who are rejected, by the reason of their last move to a stage, of those that were not taken back.
WITH {seen},
moved AS (
    SELECT DISTINCT ON (h.candidate_id) h.candidate_id, b.reason
    FROM seen JOIN change_batches b ON b.search_id = seen.id JOIN changes h ON h.batch_id = b.id AND h.field = 'stage'
    WHERE (b.undone_at IS NULL OR NOT batch_undone(b)) AND b.undoes IS NULL
    ORDER BY h.candidate_id, h.batch_id DESC
)
SELECT coalesce(moved.reason, '') AS reason, count(*) AS people
FROM seen JOIN candidates c ON c.search_id = seen.id LEFT JOIN moved ON moved.candidate_id = c.id
WHERE c.stage = 'rejected' AND c.filter_status = 'active'
    AND (%(since)s::timestamptz IS NULL OR c.added_at >= %(since)s::timestamptz)
GROUP BY 1 ORDER BY people DESC, reason LIMIT %(limit)s;

-- measure_stages --
-- How long people stayed in a stage before they left it, and how long those have been there who are in it now.
-- What was taken back did not happen, and another reason for the same stage is no move.
WITH {seen},
moves AS (
    SELECT h.candidate_id, h.old #>> '{{}}' AS stage, b.created_at AS ended, b.id,
        lag(b.created_at) OVER (PARTITION BY h.candidate_id ORDER BY b.id) AS began
    FROM seen JOIN change_batches b ON b.search_id = seen.id JOIN changes h ON h.batch_id = b.id AND h.field = 'stage'
    WHERE b.action = 'stage' AND (b.undone_at IS NULL OR NOT batch_undone(b)) AND b.undoes IS NULL
        AND h.old IS DISTINCT FROM h.new
), spells AS (
    SELECT m.stage, extract(epoch FROM m.ended - coalesce(m.began, c.added_at))::float8 AS lasted
    FROM moves m JOIN candidates c ON c.id = m.candidate_id
    WHERE %(since)s::timestamptz IS NULL OR m.ended >= %(since)s::timestamptz
), went AS (
    SELECT stage, count(*) AS went_on, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY greatest(lasted, 0)) AS of
    FROM spells GROUP BY stage
), stay AS (
    SELECT c.stage, count(*) AS there, percentile_cont(0.5) WITHIN GROUP (
        ORDER BY extract(epoch FROM now() - coalesce(c.stage_changed_at, c.added_at))::float8) AS since
    FROM seen JOIN candidates c ON c.search_id = seen.id AND c.stage <> 'new' AND c.filter_status = 'active'
    GROUP BY c.stage
)
SELECT coalesce(went.stage, stay.stage) AS stage, coalesce(went.went_on, 0) AS went_on, went.of[1] AS median,
    went.of[2] AS most, coalesce(stay.there, 0) AS there, stay.since AS waiting
FROM went FULL JOIN stay ON stay.stage = went.stage LIMIT %(limit)s;

-- sum_searches --
-- What each search has cost since it was made, and how many are on its shortlist or further; the most costly first.
WITH {seen}
SELECT seen.id AS search_id, seen.title, m.cost, (
    SELECT count(*) FROM candidates c WHERE c.search_id = seen.id AND c.stage <> 'new'
        AND c.stage IN ('shortlisted', 'contacted', 'interviewing', 'hired') AND c.filter_status = 'active') AS shortlisted
FROM seen JOIN (
    SELECT search_id, sum(cost) AS cost FROM usage_totals WHERE search_id IS NOT NULL GROUP BY search_id) AS m
    ON m.search_id = seen.id
WHERE m.cost > 0 ORDER BY m.cost DESC, seen.id LIMIT %(limit)s;

-- sum_vendors --
-- What each vendor has cost in these searches.
WITH {seen}
SELECT t.vendor, sum(t.cost) AS cost FROM seen JOIN usage_totals t ON t.search_id = seen.id
GROUP BY t.vendor HAVING sum(t.cost) > 0 ORDER BY cost DESC, t.vendor LIMIT %(limit)s;

-- with_done --
-- What people did since: moved others to a stage (those that were moved), wrote notes, decided otherwise than the
-- model or agreed with it, started jobs. What was taken back does not count.
done AS (
    SELECT b.user_id, b.created_at AS at, b.changed AS moved, 0 AS notes, 0 AS decisions, 0 AS jobs
    FROM seen JOIN change_batches b ON b.search_id = seen.id
    WHERE b.action = 'stage' AND (b.undone_at IS NULL OR NOT batch_undone(b)) AND b.undoes IS NULL
        AND (%(since)s::timestamptz IS NULL OR b.created_at >= %(since)s::timestamptz)
    UNION ALL
    SELECT n.user_id, n.created_at, 0, 1, 0, 0
    FROM notes n JOIN candidates c ON c.id = n.candidate_id JOIN seen ON seen.id = c.search_id
    WHERE %(since)s::timestamptz IS NULL OR n.created_at >= %(since)s::timestamptz
    UNION ALL
    SELECT o.user_id, o.created_at, 0, 0, 1, 0
    FROM overrides o JOIN candidates c ON c.id = o.candidate_id JOIN seen ON seen.id = c.search_id
    WHERE o.undone_at IS NULL AND (%(since)s::timestamptz IS NULL OR o.created_at >= %(since)s::timestamptz)
    UNION ALL
    SELECT r.user_id, r.created_at, 0, 0, 0, 1
    FROM seen JOIN runs r ON r.search_id = seen.id
    WHERE r.kind IN ('import', 'fetch', 'enrich', 'screen', 'filter', 'export')
        AND (%(since)s::timestamptz IS NULL OR r.created_at >= %(since)s::timestamptz)
)

-- sum_people --
-- By person for an admin; else the actor, and everyone else together (name NULL).
WITH {seen}, {done}
SELECT u.name, sum(d.moved)::bigint AS moved, sum(d.notes)::bigint AS notes, sum(d.decisions)::bigint AS decisions,
    sum(d.jobs)::bigint AS jobs
FROM (SELECT CASE WHEN %(role)s = 'admin' OR user_id = %(actor)s THEN user_id END AS shown, done.* FROM done) AS d
LEFT JOIN users u ON u.id = d.shown
GROUP BY u.id, u.name ORDER BY u.id IS NULL, sum(d.moved + d.notes + d.decisions + d.jobs) DESC, u.id LIMIT %(limit)s;

-- sum_weeks --
-- By week, the newest first; weeks in which nothing was done have no row. begins: when each week begins, in order.
WITH {seen}, {done}
SELECT width_bucket(at, %(begins)s::timestamptz[]) AS week, sum(moved)::bigint AS moved, sum(notes)::bigint AS notes,
    sum(decisions)::bigint AS decisions, sum(jobs)::bigint AS jobs
FROM done WHERE at >= (%(begins)s::timestamptz[])[1] GROUP BY 1 ORDER BY 1 DESC LIMIT %(limit)s;
