-- fetch_lists --
-- Lists that the actor may see, by name.
SELECT l.id, l.kind, l.holds, l.name, l.shared, l.source, l.version, l.entry_count, l.sheet_id, l.sheet_range,
    l.sync_every_min, l.sync_state, l.sync_message, l.sync_tried_at, l.synced_at, l.created_at, l.updated_at,
    u.name AS owner, list_editable(l, %(actor)s, %(role)s) AS editable
FROM lists l JOIN users u ON u.id = l.user_id
WHERE list_visible(l, %(actor)s, %(role)s) AND l.archived_at IS NULL
    AND (%(list_id)s::bigint IS NULL OR l.id = %(list_id)s::bigint)
ORDER BY lower(l.name), l.id LIMIT 500;

-- insert_list --
-- A new list without entries; no row when the actor has one of that name.
INSERT INTO lists (kind, holds, name, shared, user_id) VALUES (%(kind)s, %(holds)s, %(name)s, %(shared)s, %(actor)s)
ON CONFLICT DO NOTHING RETURNING id;

-- update_list --
-- Name and who may see it.
UPDATE lists l SET name = %(name)s, shared = %(shared)s, updated_at = now()
WHERE l.id = %(list_id)s AND l.archived_at IS NULL AND list_editable(l, %(actor)s, %(role)s)
    AND (l.shared = %(shared)s OR l.user_id = %(actor)s OR %(role)s = 'admin');

-- archive_list --
-- Put away: rules no longer find it; what it did stays in the ledger.
UPDATE lists l SET archived_at = now(), sync_every_min = NULL, updated_at = now()
WHERE l.id = %(list_id)s AND l.archived_at IS NULL AND list_editable(l, %(actor)s, %(role)s)
    AND (l.user_id = %(actor)s OR %(role)s = 'admin');

-- lock_list --
-- One writer of a list's entries at a time; no row without the right to change it.
SELECT l.id, l.holds, l.version, l.entry_count, l.source FROM lists l
WHERE l.id = %(list_id)s AND l.archived_at IS NULL AND list_editable(l, %(actor)s, %(role)s) FOR NO KEY UPDATE;

-- replace_entries --
-- A new version: entries that are there already stay as they are (their place may be another), the others come
-- and go. The first of several that mean the same counts. An empty name, or a person without any of the three,
-- means nothing and is left out.
WITH given AS MATERIALIZED (
    SELECT DISTINCT ON (url_key, email_key, name_key, company_key) *
    FROM (SELECT g.row_number, g.raw, g.label, g.url_key, g.email_key, g.company,
            CASE WHEN %(holds)s = 'people' THEN sx_person(g.label) ELSE sx_company(g.label) END AS name_key,
            CASE WHEN %(holds)s = 'people' THEN sx_company(g.company) ELSE '' END AS company_key
        FROM unnest(%(rows)s::integer[], %(raws)s::text[], %(labels)s::text[], %(urls)s::text[], %(emails)s::text[],
            %(companies)s::text[]) AS g (row_number, raw, label, url_key, email_key, company)) AS g
    WHERE name_key <> '' AND (%(holds)s <> 'people' OR company_key <> '') OR url_key <> '' OR email_key <> ''
    ORDER BY url_key, email_key, name_key, company_key, row_number
), had AS MATERIALIZED (
    SELECT id, row_number, raw, url_key, email_key, name_key, company_key FROM list_entries
    WHERE list_id = %(list_id)s AND to_version IS NULL
), gone AS (
    UPDATE list_entries e SET to_version = %(version)s::integer + 1 FROM had h
    WHERE e.id = h.id AND NOT %(add_only)s::boolean AND NOT EXISTS (SELECT FROM given g
        WHERE (g.url_key, g.email_key, g.name_key, g.company_key) = (h.url_key, h.email_key, h.name_key, h.company_key))
    RETURNING 1
), moved AS (
    UPDATE list_entries e SET row_number = g.row_number, raw = g.raw FROM had h JOIN given g
        ON (g.url_key, g.email_key, g.name_key, g.company_key) = (h.url_key, h.email_key, h.name_key, h.company_key)
    WHERE e.id = h.id AND NOT %(add_only)s::boolean AND (g.row_number, g.raw) IS DISTINCT FROM (h.row_number, h.raw)
), come AS (
    INSERT INTO list_entries (list_id, from_version, row_number, raw, label, url_key, email_key, company, name_key,
        company_key)
    SELECT %(list_id)s, %(version)s::integer + 1, g.row_number, g.raw, g.label, g.url_key, g.email_key, g.company, g.name_key,
        g.company_key
    FROM given g WHERE NOT EXISTS (SELECT FROM had h
        WHERE (g.url_key, g.email_key, g.name_key, g.company_key) = (h.url_key, h.email_key, h.name_key, h.company_key))
    ORDER BY g.row_number RETURNING 1
)
SELECT (SELECT count(*) FROM come) AS added, (SELECT count(*) FROM gone) AS removed,
    (SELECT count(*) FROM had) + (SELECT count(*) FROM come) - (SELECT count(*) FROM gone) AS entries,
    (SELECT count(*) FROM given) AS taken;

-- remove_entries --
-- Entries that are in the newest version no more.
UPDATE list_entries SET to_version = %(version)s::integer + 1
WHERE list_id = %(list_id)s AND to_version IS NULL AND id = ANY (%(ids)s::bigint[]);

-- fetch_fillings --
-- The newest file that is or was read into each of these lists, of those that the actor may see.
SELECT l.id AS list_id, r.id AS run_id, r.state, r.done AS rows, r.message, r.counts, r.cancel_requested,
    r.user_id = %(actor)s OR %(role)s = 'admin' AS may_cancel, coalesce(l.updated_at > r.finished_at, false) AS settled
FROM lists l CROSS JOIN LATERAL (
    SELECT * FROM runs WHERE kind = 'list' AND (params ->> 'list_id')::bigint = l.id ORDER BY id DESC LIMIT 1) AS r
WHERE l.id = ANY (%(ids)s::bigint[]) AND l.archived_at IS NULL AND list_visible(l, %(actor)s, %(role)s);

-- learn_entries --
-- After many new entries: how rules are judged is planned by what is known of them.
ANALYZE list_entries;

-- last_row --
-- Where what is added later begins.
SELECT coalesce(max(row_number), 0) AS row_number FROM list_entries WHERE list_id = %(list_id)s AND to_version IS NULL;

-- set_version --
-- The list as it stands now.
UPDATE lists SET version = %(version)s, entry_count = %(entries)s, source = %(source)s, updated_at = now()
WHERE id = %(list_id)s;

-- insert_version --
-- A line of the list's history.
INSERT INTO list_versions (list_id, version, entries, added, removed, source, user_id)
VALUES (%(list_id)s, %(version)s, %(entries)s, %(added)s, %(removed)s, %(source)s, %(actor)s);

-- fetch_versions --
-- The list's history, the newest first.
SELECT v.version, v.entries, v.added, v.removed, v.source, coalesce(u.name, '') AS who, v.created_at AS at
FROM list_versions v JOIN lists l ON l.id = v.list_id AND list_visible(l, %(actor)s, %(role)s)
LEFT JOIN users u ON u.id = v.user_id
WHERE v.list_id = %(list_id)s ORDER BY v.version DESC LIMIT 100;

-- fetch_entries --
-- A page of a list's newest version, in the order of its rows.
SELECT e.id, e.row_number, e.label, e.company, e.url_key, e.email_key, e.raw, e.from_version
FROM list_entries e JOIN lists l ON l.id = e.list_id AND list_visible(l, %(actor)s, %(role)s)
WHERE e.list_id = %(list_id)s AND e.to_version IS NULL
    AND (%(text)s::text IS NULL OR sx_key(e.raw) LIKE sx_contains(%(text)s::text))
ORDER BY e.row_number, e.id LIMIT %(limit)s OFFSET %(offset)s;

-- count_entries --
-- How many there are.
SELECT count(*) AS total FROM list_entries e JOIN lists l ON l.id = e.list_id AND list_visible(l, %(actor)s, %(role)s)
WHERE e.list_id = %(list_id)s AND e.to_version IS NULL
    AND (%(text)s::text IS NULL OR sx_key(e.raw) LIKE sx_contains(%(text)s::text));

-- update_sheet --
-- Where a list is read from; an empty sheet_id: from nowhere.
UPDATE lists l SET sheet_id = %(sheet_id)s, sheet_range = %(sheet_range)s, sync_every_min = %(every_min)s,
    sheet_user_id = %(actor)s, sync_state = 'never', sync_message = '', updated_at = now()
WHERE l.id = %(list_id)s AND l.archived_at IS NULL AND list_editable(l, %(actor)s, %(role)s);

-- note_sync --
-- How the last try to read the sheet went.
UPDATE lists SET sync_state = %(state)s, sync_message = %(message)s, sync_tried_at = now(),
    synced_at = CASE WHEN %(state)s = 'ok' THEN now() ELSE synced_at END
WHERE id = %(list_id)s;

-- fetch_due --
-- Lists whose sheet is to be read again, the longest unread first, with whom that is done for.
SELECT l.id AS list_id, u.id AS user_id, u.role, u.name
FROM lists l JOIN users u ON u.id = coalesce(l.sheet_user_id, l.user_id)
WHERE l.sheet_id <> '' AND l.archived_at IS NULL AND l.sync_every_min IS NOT NULL
    AND (l.sync_tried_at IS NULL OR l.sync_tried_at <= now() - make_interval(mins => l.sync_every_min))
    AND u.disabled_at IS NULL AND list_editable(l, u.id, u.role)
ORDER BY l.sync_tried_at NULLS FIRST, l.id LIMIT 60;

-- note_unread --
-- Sheets that are due and are read for nobody any more.
UPDATE lists l SET sync_state = 'failed', sync_message = %(message)s, sync_tried_at = now()
FROM users u
WHERE u.id = coalesce(l.sheet_user_id, l.user_id) AND l.sheet_id <> '' AND l.archived_at IS NULL
    AND l.sync_every_min IS NOT NULL
    AND (l.sync_tried_at IS NULL OR l.sync_tried_at <= now() - make_interval(mins => l.sync_every_min))
    AND (u.disabled_at IS NOT NULL OR NOT list_editable(l, u.id, u.role));

-- fetch_alias_keys --
-- What two names are compared by, and whether they are known to be the same, in whichever order.
SELECT k.name, k.same_as, EXISTS (SELECT FROM aliases a WHERE a.holds = %(holds)s
    AND (a.name_key, a.same_as_key) IN ((k.name, k.same_as), (k.same_as, k.name))) AS known
FROM (SELECT sx_company(%(name)s) AS name, sx_company(%(same_as)s) AS same_as) AS k;

-- insert_alias --
-- Two names of the same; no row where someone else was quicker.
INSERT INTO aliases (holds, name, same_as, user_id) VALUES (%(holds)s, %(name)s, %(same_as)s, %(actor)s)
ON CONFLICT DO NOTHING RETURNING id;

-- delete_alias --
-- The two are not the same after all.
DELETE FROM aliases WHERE id = %(alias_id)s RETURNING holds;

-- note_alias_change --
-- Rules that were applied before may find others now.
INSERT INTO alias_changes (holds, changed_at) VALUES (%(holds)s, now())
ON CONFLICT (holds) DO UPDATE SET changed_at = excluded.changed_at;

-- fetch_aliases --
-- All of a kind.
SELECT a.id, a.holds, a.name, a.same_as, u.name AS who, a.created_at AS at FROM aliases a JOIN users u ON u.id = a.user_id
WHERE a.holds = %(holds)s ORDER BY lower(a.name), a.id LIMIT 1000;

-- fetch_alias_page --
-- A page of them with the lists, of those that the actor may see, that have an entry of either name.
SELECT a.id, a.holds, a.name, a.same_as, u.name AS who, a.created_at AS at,
    ARRAY (SELECT DISTINCT l.name FROM list_entries e JOIN lists l ON l.id = e.list_id
        WHERE e.to_version IS NULL AND e.name_key IN (a.name_key, a.same_as_key) AND l.holds = a.holds
            AND l.archived_at IS NULL AND list_visible(l, %(actor)s, %(role)s) ORDER BY l.name LIMIT 20) AS lists
FROM aliases a JOIN users u ON u.id = a.user_id
WHERE (%(text)s::text IS NULL OR sx_key(a.name) LIKE sx_contains(%(text)s::text)
    OR sx_key(a.same_as) LIKE sx_contains(%(text)s::text))
ORDER BY lower(a.name), a.id LIMIT %(limit)s OFFSET %(offset)s;

-- count_aliases --
-- How many there are.
SELECT count(*) AS total FROM aliases a
WHERE (%(text)s::text IS NULL OR sx_key(a.name) LIKE sx_contains(%(text)s::text)
    OR sx_key(a.same_as) LIKE sx_contains(%(text)s::text));

-- fetch_users_of --
-- Searches, that the actor may see, where a list is in force by an older version than its newest.
SELECT DISTINCT s.id, s.title FROM filter_rules f JOIN runs r ON r.id = f.run_id JOIN searches s ON s.id = r.search_id
JOIN lists l ON l.id = f.list_id
WHERE f.list_id = %(list_id)s AND r.state = 'done' AND f.list_version < l.version AND s.archived_at IS NULL
    AND search_visible(s, %(actor)s, %(role)s)
    AND NOT EXISTS (SELECT FROM runs n WHERE n.search_id = s.id AND n.kind = 'filter' AND n.state = 'done' AND n.id > r.id
        AND n.params ->> 'mode' = 'apply')
ORDER BY s.title LIMIT 100;

-- fetch_sets --
-- Rule sets that the actor may use in a search: their own and shared ones.
SELECT t.id, t.name, t.shared, t.search_id, t.updated_at, u.name AS owner,
    t.user_id = %(actor)s OR %(role)s = 'admin' AS owned,
    (SELECT count(*) FROM filter_rules f WHERE f.rule_set_id = t.id)::integer AS rules
FROM rule_sets t JOIN users u ON u.id = t.user_id LEFT JOIN searches s ON s.id = t.search_id
WHERE (t.user_id = %(actor)s OR t.shared OR %(role)s = 'admin')
    AND (t.search_id IS NULL OR (t.search_id = %(search_id)s::uuid AND search_visible(s, %(actor)s, %(role)s)))
    AND (%(set_id)s::bigint IS NULL OR t.id = %(set_id)s::bigint)
ORDER BY t.search_id NULLS LAST, lower(t.name), t.id LIMIT 200;

-- fetch_set --
-- One rule set, if the actor may use it.
SELECT t.id, t.name, t.shared, t.search_id, t.updated_at, u.name AS owner,
    t.user_id = %(actor)s OR %(role)s = 'admin' AS owned,
    (SELECT count(*) FROM filter_rules f WHERE f.rule_set_id = t.id)::integer AS rules
FROM rule_sets t JOIN users u ON u.id = t.user_id LEFT JOIN searches s ON s.id = t.search_id
WHERE t.id = %(set_id)s AND (t.user_id = %(actor)s OR t.shared OR %(role)s = 'admin')
    AND (t.search_id IS NULL OR search_visible(s, %(actor)s, %(role)s));

-- fetch_set_rules --
-- Its rules in order.
SELECT kind, params, on_unknown, enabled FROM filter_rules WHERE rule_set_id = %(set_id)s ORDER BY position;

-- lock_set_of_name --
-- The actor's set of a name, of a search or of all.
SELECT id FROM rule_sets WHERE user_id = %(actor)s AND search_id IS NOT DISTINCT FROM %(search_id)s::uuid
    AND lower(name) = lower(%(name)s) FOR UPDATE;

-- upsert_set --
-- A set by its name; the actor's own.
INSERT INTO rule_sets (user_id, search_id, name, shared) VALUES (%(actor)s, %(search_id)s::uuid, %(name)s, %(shared)s)
ON CONFLICT (user_id, search_id, lower(name)) DO UPDATE SET shared = excluded.shared, name = excluded.name, updated_at = now()
RETURNING id;

-- delete_set_rules --
-- To be written anew.
DELETE FROM filter_rules WHERE rule_set_id = %(set_id)s;

-- insert_set_rules --
-- In their order.
INSERT INTO filter_rules (rule_set_id, position, kind, params, on_unknown, enabled, list_id)
SELECT %(set_id)s, g.position, g.kind, g.params, g.on_unknown, g.enabled, g.list_id
FROM jsonb_to_recordset(%(rules)s)
    AS g(position smallint, kind text, params jsonb, on_unknown text, enabled boolean, list_id bigint);

-- delete_set --
-- Gone; what it did stays in the ledger.
DELETE FROM rule_sets WHERE id = %(set_id)s AND (user_id = %(actor)s OR %(role)s = 'admin');
