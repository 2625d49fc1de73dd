-- keep --
-- After people's statuses were changed in this transaction by hand or by Undo: whoever is in again has their
-- open line closed, whoever is out has one; the reason is the one that the same status had last.
WITH now_is AS MATERIALIZED (
    SELECT c.id, c.search_id, c.filter_status FROM candidates c
    WHERE c.id = ANY (%(ids)s::bigint[]) AND c.changed_xid = pg_current_xact_id()
), restored AS (
    UPDATE exclusions x SET restored_at = now(), restored_by = %(actor)s, restored_as = %(restored_as)s
    FROM now_is n WHERE x.candidate_id = n.id AND n.filter_status = 'active' AND x.restored_at IS NULL
)
INSERT INTO exclusions (search_id, candidate_id, rule_id, list_entry_id, entry_row, was_unknown, filter_status, user_id)
SELECT n.search_id, n.id, x.rule_id, x.list_entry_id, x.entry_row, coalesce(x.was_unknown, false), n.filter_status, %(actor)s
FROM now_is n
LEFT JOIN LATERAL (
    SELECT rule_id, list_entry_id, entry_row, was_unknown FROM exclusions
    WHERE candidate_id = n.id AND filter_status = n.filter_status ORDER BY id DESC LIMIT 1) AS x ON true
WHERE n.filter_status <> 'active'
    AND NOT EXISTS (SELECT FROM exclusions o WHERE o.candidate_id = n.id AND o.restored_at IS NULL)
ORDER BY n.id;

-- fetch_page --
-- A page of the ledger of one search, the newest first.
SELECT x.id, x.candidate_id, p.full_name, p.title, p.company, x.filter_status, x.was_unknown, x.rule_id,
    coalesce(f.sentence, '') AS sentence, coalesce(l.name, '') AS list_name, f.list_version,
    coalesce(nullif(e.label, ''), nullif(e.url_key, ''), e.email_key, '') AS entry, x.entry_row, u.name AS who, x.created_at AS at,
    x.restored_at, coalesce(b.name, '') AS restored_by, x.restored_as
{ledger}
ORDER BY x.id DESC LIMIT %(limit)s OFFSET %(offset)s;

-- fetch_older --
-- The next lines of a ledger below one of them, the newest first: for a file.
SELECT x.id, x.candidate_id, p.full_name, p.title, p.company, x.filter_status, x.was_unknown,
    coalesce(f.sentence, '') AS sentence, coalesce(l.name, '') AS list_name, f.list_version,
    coalesce(nullif(e.label, ''), nullif(e.url_key, ''), e.email_key, '') AS entry, x.entry_row, u.name AS who, x.created_at AS at,
    x.restored_at, coalesce(b.name, '') AS restored_by, x.restored_as
{ledger} AND (%(before)s::bigint IS NULL OR x.id < %(before)s::bigint)
ORDER BY x.id DESC LIMIT %(limit)s;

-- count_page --
-- How many lines there are.
SELECT count(*) AS total {ledger};

-- ledger --
-- The lines of one search that the actor may see, narrowed down.
FROM exclusions x
JOIN searches s ON s.id = x.search_id AND search_visible(s, %(actor)s, %(role)s)
JOIN candidates c ON c.id = x.candidate_id
JOIN profiles p ON p.id = c.profile_id
JOIN users u ON u.id = x.user_id
LEFT JOIN users b ON b.id = x.restored_by
LEFT JOIN filter_rules f ON f.id = x.rule_id
LEFT JOIN lists l ON l.id = f.list_id
LEFT JOIN list_entries e ON e.id = x.list_entry_id
WHERE x.search_id = %(search_id)s
    AND (%(text)s::text IS NULL OR c.name_key LIKE sx_contains(%(text)s::text)
        OR c.company_key LIKE sx_contains(%(text)s::text) OR e.name_key LIKE sx_contains(%(text)s::text)
        OR e.name_key = nullif(sx_company(%(text)s::text), '') OR e.email_key = lower(%(text)s::text))
    AND (%(status)s::text IS NULL OR x.filter_status = %(status)s::text)
    AND (%(rule_id)s::bigint IS NULL
        OR f.fingerprint = (SELECT fingerprint FROM filter_rules WHERE id = %(rule_id)s::bigint AND run_id IS NOT NULL))
    AND (%(list_id)s::bigint IS NULL OR f.list_id = %(list_id)s::bigint)
    AND (%(user_id)s::bigint IS NULL OR x.user_id = %(user_id)s::bigint)
    AND (%(open)s::boolean IS NULL OR (x.restored_at IS NULL) = %(open)s::boolean)

-- fetch_of_candidate --
-- Everything the ledger has on one person of a search, the newest first.
SELECT x.id, x.candidate_id, p.full_name, p.title, p.company, x.filter_status, x.was_unknown, x.rule_id,
    coalesce(f.sentence, '') AS sentence, coalesce(l.name, '') AS list_name, f.list_version,
    coalesce(nullif(e.label, ''), nullif(e.url_key, ''), e.email_key, '') AS entry, x.entry_row, u.name AS who, x.created_at AS at,
    x.restored_at, coalesce(b.name, '') AS restored_by, x.restored_as
FROM exclusions x
JOIN searches s ON s.id = x.search_id AND search_visible(s, %(actor)s, %(role)s)
JOIN candidates c ON c.id = x.candidate_id
JOIN profiles p ON p.id = c.profile_id
JOIN users u ON u.id = x.user_id
LEFT JOIN users b ON b.id = x.restored_by
LEFT JOIN filter_rules f ON f.id = x.rule_id
LEFT JOIN lists l ON l.id = f.list_id
LEFT JOIN list_entries e ON e.id = x.list_entry_id
WHERE x.candidate_id = %(candidate_id)s AND x.search_id = %(search_id)s
ORDER BY x.id DESC LIMIT 50;

-- fetch_flags --
-- What rules could not decide about one person.
SELECT f.sentence FROM filter_flags g JOIN filter_rules f ON f.id = g.rule_id JOIN candidates c ON c.id = g.candidate_id
JOIN searches s ON s.id = c.search_id AND search_visible(s, %(actor)s, %(role)s)
WHERE g.candidate_id = %(candidate_id)s AND c.search_id = %(search_id)s ORDER BY f.position LIMIT 50;

-- count_by_rule --
-- Who is out now, by the rule that did it, whenever that was; NULL: by hand, or before there was a ledger.
SELECT g.rule_id, g.filter_status, coalesce(r.sentence, '') AS sentence, r.run_id, g.people
FROM (SELECT max(x.rule_id) AS rule_id, x.filter_status, count(*) AS people
    FROM exclusions x JOIN searches s ON s.id = x.search_id AND search_visible(s, %(actor)s, %(role)s)
    LEFT JOIN filter_rules f ON f.id = x.rule_id
    WHERE x.search_id = %(search_id)s AND x.restored_at IS NULL
    GROUP BY f.fingerprint, x.filter_status) AS g
LEFT JOIN filter_rules r ON r.id = g.rule_id
ORDER BY g.people DESC, g.rule_id LIMIT 200;

-- fetch_visible --
-- A row for a search that the actor may see.
SELECT true AS found FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- fetch_funnel --
-- How many of a search's people have come how far; each step counts those of the one before it only.
SELECT s.data_version AS version, count(c.id) AS loaded, count(*) FILTER (WHERE c.filter_status = 'active') AS active,
    count(*) FILTER (WHERE c.filter_status = 'active' AND c.has_email) AS enriched,
    count(*) FILTER (WHERE c.filter_status = 'active' AND c.screened_at IS NOT NULL) AS screened,
    count(*) FILTER (WHERE c.filter_status = 'active'
        AND c.stage IN ('shortlisted', 'contacted', 'interviewing', 'hired')) AS shortlisted
FROM searches s LEFT JOIN candidates c ON c.search_id = s.id
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s) GROUP BY s.id;

-- fetch_statuses --
-- Who is out, by status.
SELECT c.filter_status AS status, count(*) AS people
FROM candidates c JOIN searches s ON s.id = c.search_id AND search_visible(s, %(actor)s, %(role)s)
WHERE c.search_id = %(search_id)s AND c.filter_status <> 'active' GROUP BY c.filter_status ORDER BY people DESC LIMIT 50;
