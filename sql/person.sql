-- fetch_person --
-- One person in a search that the actor may see: no row for another's search, no candidate where they are gone.
SELECT search_editable(s, %(actor)s, %(role)s) AS editable, pg_current_snapshot()::text AS snapshot, c.id AS candidate_id, c.profile_id, c.stage, c.fit,
    c.score::float8 AS score, c.filter_status, c.tags, c.added_at, c.screened_at, c.note_count,
    p.full_name, p.headline, p.title, p.company, p.location, p.country, p.industry, p.summary, p.email, p.phone,
    p.linkedin_url, p.skills, p.years_experience::float8 AS years_experience, p.current_tenure_months,
    p.average_tenure_months, p.source, p.collected_at, p.created_at + interval '1 month' AS notice_due, p.notified_at,
    kept_until(p) AS kept_until
FROM searches s
LEFT JOIN candidates c ON c.search_id = s.id AND c.id = %(candidate_id)s
LEFT JOIN profiles p ON p.id = c.profile_id
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- fetch_positions --
-- What they do now first, then the latest.
SELECT title, company, location, started_on, ended_on, is_current, left(description, 2000) AS description
FROM positions WHERE profile_id = %(profile_id)s
ORDER BY is_current DESC, coalesce(ended_on, started_on) DESC NULLS LAST, started_on DESC NULLS LAST, id
LIMIT %(most)s;

-- fetch_educations --
-- The latest first.
SELECT school, degree, field_of_study, started_on, ended_on FROM educations WHERE profile_id = %(profile_id)s
ORDER BY coalesce(ended_on, started_on) DESC NULLS LAST, id LIMIT %(most)s;

-- fetch_notes --
-- The newest first.
SELECT n.id, u.name AS author, n.created_at AS at, n.body, n.user_id = %(actor)s AS own
FROM notes n JOIN users u ON u.id = n.user_id
WHERE n.candidate_id = %(candidate_id)s ORDER BY n.created_at DESC, n.id DESC LIMIT %(most)s;

-- fetch_history --
-- What people changed about this candidate, who wrote notes, had them screened, merged others into them; the newest first.
SELECT field, old, new, who, at, undone, by_score, criterion, reason FROM (
    (SELECT h.field, h.old, h.new, u.name AS who, b.created_at AS at, batch_undone(b) AS undone,
        coalesce(x.reason, '') AS by_score, coalesce((SELECT k.title FROM criteria k
            WHERE k.id = CASE WHEN h.field LIKE 'verdict:%%' THEN split_part(h.field, ':', 2)::bigint END), '')
            AS criterion, b.reason, b.id AS n
    FROM changes h JOIN change_batches b ON b.id = h.batch_id JOIN users u ON u.id = b.user_id
    LEFT JOIN score_rejections x ON x.batch_id = b.id
    WHERE h.candidate_id = %(candidate_id)s AND b.search_id = %(search_id)s
    ORDER BY b.created_at DESC, b.id DESC, h.field LIMIT %(most)s)
    UNION ALL
    (SELECT 'note', NULL, NULL, u.name, n.created_at, false, '', '', '', n.id
    FROM notes n JOIN users u ON u.id = n.user_id
    WHERE n.candidate_id = %(candidate_id)s ORDER BY n.created_at DESC, n.id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT 'screened', NULL, NULL, u.name, max(v.created_at), false, '', '', '', r.id
    FROM verdicts v JOIN runs r ON r.id = v.run_id JOIN users u ON u.id = r.user_id
    WHERE v.candidate_id = %(candidate_id)s GROUP BY r.id, u.name ORDER BY r.id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT 'merge', NULL, NULL, u.name, m.created_at, m.undone_at IS NOT NULL, '', '', '', m.id
    FROM merges m JOIN users u ON u.id = m.user_id
    WHERE m.survivor_id = %(profile_id)s ORDER BY m.id DESC LIMIT %(most)s)
) AS events ORDER BY at DESC, n DESC, field LIMIT %(most)s;

-- fetch_raw --
-- What each source sent, no more of it than is shown.
SELECT r.source, r.fetched_at, left(jsonb_pretty(r.raw), %(most)s) AS body
FROM profile_raw r WHERE r.profile_id = %(profile_id)s ORDER BY r.fetched_at DESC, r.source;

-- fetch_commentable --
-- One candidate whose notes are to change: whoever sees the search may comment, unless it is just being archived.
SELECT c.id FROM searches s LEFT JOIN candidates c ON c.search_id = s.id AND c.id = %(candidate_id)s
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s) AND NOT search_frozen(s);

-- lock_candidate --
-- Notes of one candidate are changed one after the other; no row for one that has just gone.
SELECT id FROM candidates WHERE id = %(candidate_id)s FOR NO KEY UPDATE;

-- insert_note --
-- One note more.
INSERT INTO notes (candidate_id, user_id, body) VALUES (%(candidate_id)s, %(actor)s, %(body)s) RETURNING id;

-- delete_note --
-- The actor's own note; no row for another's.
DELETE FROM notes WHERE id = %(note_id)s AND candidate_id = %(candidate_id)s AND user_id = %(actor)s RETURNING body;

-- count_notes --
-- The candidate's count is taken from the notes, under the row's lock, so that it cannot drift.
UPDATE candidates c SET note_count = (SELECT count(*) FROM notes n WHERE n.candidate_id = c.id)
WHERE c.id = %(candidate_id)s RETURNING c.note_count;

-- bump_version --
-- Others see that there is something new: the last statement of its transaction.
SELECT bump_version(%(search_id)s) AS version;
