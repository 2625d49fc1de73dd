-- fetch_profile --
-- What is held of some people as such.
SELECT p.id, p.full_name, p.first_name, p.last_name, p.headline, p.title, p.company, p.location, p.country, p.industry,
    p.summary, p.email, p.phone, p.linkedin_url, p.skills, p.years_experience::float8 AS years_experience,
    p.current_tenure_months, p.average_tenure_months, p.source, p.collected_at, p.created_at, p.updated_at,
    p.notified_at, p.created_at + interval '1 month' AS notice_due, kept_until(p) AS kept_until
FROM profiles p WHERE p.id = ANY (%(people)s::bigint[]) ORDER BY p.id;

-- fetch_searches --
-- In which searches they are, archived ones too, and how far they got there.
SELECT s.title, u.name AS owner, c.stage, c.fit, c.score::float8 AS score, c.filter_status, c.tags, c.added_at,
    c.screened_at, false AS archived
FROM candidates c JOIN searches s ON s.id = c.search_id JOIN users u ON u.id = s.user_id
WHERE c.profile_id = %(profile_id)s
UNION ALL
SELECT s.title, u.name, p.stage, p.fit, p.score::float8, p.filter_status, p.tags, a.archived_at, p.screened_at, true
FROM archive_people p JOIN archives a ON a.id = p.archive_id JOIN searches s ON s.id = a.search_id
JOIN users u ON u.id = s.user_id
WHERE p.profile_id = %(profile_id)s AND s.archived_at IS NOT NULL
ORDER BY added_at, title LIMIT 1000;

-- fetch_events --
-- Who did what about them, the oldest first.
SELECT at, who, what, about, said FROM (
    SELECT n.created_at AS at, u.name AS who, 'note' AS what, s.title AS about, n.body AS said
    FROM notes n JOIN candidates c ON c.id = n.candidate_id JOIN searches s ON s.id = c.search_id
    JOIN users u ON u.id = n.user_id WHERE c.profile_id = %(profile_id)s
    UNION ALL
    SELECT b.created_at, u.name, h.field, s.title,
        concat_ws(' · ', concat_ws(' → ', h.old::text, h.new::text), nullif(b.reason, ''))
    FROM changes h JOIN change_batches b ON b.id = h.batch_id JOIN candidates c ON c.id = h.candidate_id
    JOIN searches s ON s.id = c.search_id JOIN users u ON u.id = b.user_id WHERE c.profile_id = %(profile_id)s
    UNION ALL
    SELECT v.created_at, v.model, 'verdict', s.title, concat_ws(' · ', k.title, v.verdict, v.decided,
        nullif(v.evidence_quote, ''))
    FROM verdicts v JOIN criteria k ON k.id = v.criterion_id JOIN candidates c ON c.id = v.candidate_id
    JOIN searches s ON s.id = c.search_id WHERE c.profile_id = %(profile_id)s
    UNION ALL
    SELECT d.created_at, d.model, 'decision', s.title, concat_ws(' · ', d.score::text, d.fit)
    FROM ai_decisions d JOIN candidates c ON c.id = d.candidate_id JOIN searches s ON s.id = c.search_id
    WHERE c.profile_id = %(profile_id)s
    UNION ALL
    SELECT o.created_at, u.name, 'override', s.title, concat_ws(' · ', coalesce(o.fit, o.verdict), o.reason)
    FROM overrides o JOIN candidates c ON c.id = o.candidate_id JOIN searches s ON s.id = c.search_id
    JOIN users u ON u.id = o.user_id WHERE c.profile_id = %(profile_id)s
    UNION ALL
    SELECT x.created_at, u.name, 'exclusion', s.title, concat_ws(' · ', x.filter_status, nullif(f.sentence, ''),
        'back ' || x.restored_at::date)
    FROM exclusions x JOIN candidates c ON c.id = x.candidate_id JOIN searches s ON s.id = c.search_id
    JOIN users u ON u.id = x.user_id LEFT JOIN filter_rules f ON f.id = x.rule_id
    WHERE c.profile_id = %(profile_id)s
    UNION ALL
    SELECT m.created_at, u.name, 'merge', '', ''
    FROM merges m JOIN users u ON u.id = m.user_id WHERE m.survivor_id = %(profile_id)s
) AS events ORDER BY at, what LIMIT 5000;

-- fetch_lists --
-- Lists that have them.
SELECT l.name, l.kind, e.raw, e.label FROM list_entries e JOIN lists l ON l.id = e.list_id
WHERE e.to_version IS NULL AND (
    e.url_key <> '' AND e.url_key IN (SELECT u.url_key FROM profile_urls u WHERE u.profile_id = %(profile_id)s)
    OR e.email_key <> '' AND e.email_key IN (SELECT lower(p.email) FROM profiles p WHERE p.id = %(profile_id)s))
ORDER BY l.name LIMIT 1000;

-- fetch_files --
-- Exports that may hold them, until they expire.
SELECT s.title, x.format, x.created_at, x.expires_at, u.name AS who
FROM exports x JOIN searches s ON s.id = x.search_id JOIN users u ON u.id = x.user_id
WHERE x.search_id IN (SELECT c.search_id FROM candidates c WHERE c.profile_id = %(profile_id)s)
ORDER BY x.created_at LIMIT 1000;

-- fetch_records --
-- Every row about them as it is kept, by table: what merging takes for all of someone (identity_tables), and vectors.
SELECT r ->> 't' AS place, jsonb_agg(r -> 'r') AS rows
FROM jsonb_array_elements(identity_snapshot(ARRAY[%(profile_id)s::bigint],
    ARRAY(SELECT c.id FROM candidates c WHERE c.profile_id = %(profile_id)s))
    || embedding_snapshot(ARRAY[%(profile_id)s::bigint])) AS r
GROUP BY 1 ORDER BY 1;
