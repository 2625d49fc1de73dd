-- Lists that are filled by jobs, other names of companies and schools, people by the rule that left them out.

-- The newest file of a list.
CREATE INDEX runs_list ON runs (((params ->> 'list_id')::bigint), id) WHERE kind = 'list';

-- Who a sheet is read for by the clock: whoever said last where it is; the list's owner before that.
ALTER TABLE lists ADD COLUMN sheet_user_id bigint REFERENCES users;

-- Which lists have a name: what another name would do.
CREATE INDEX list_entries_name ON list_entries (name_key) WHERE to_version IS NULL;

-- When names were last told to be the same, or no longer so: rules that were applied before may find others now.
CREATE TABLE alias_changes (
    holds text PRIMARY KEY CHECK (holds IN ('companies', 'schools')),
    changed_at timestamptz NOT NULL
);
INSERT INTO alias_changes (holds, changed_at) SELECT holds, max(created_at) FROM aliases GROUP BY holds;

-- Rules that were applied, by what they say; no more of it than a filter takes.
CREATE INDEX filter_rules_sentence ON filter_rules (left(sentence, 500)) WHERE run_id IS NOT NULL;

-- An entry is what it is called, or the address or e-mail that it is.
CREATE OR REPLACE VIEW exclusion_reasons AS
SELECT x.candidate_id, x.id AS exclusion_id, x.search_id, x.filter_status, x.was_unknown, x.created_at AS at,
    u.name AS who, f.id AS rule_id, coalesce(f.sentence, '') AS sentence, l.id AS list_id,
    coalesce(l.name, '') AS list_name, f.list_version,
    coalesce(nullif(e.label, ''), nullif(e.url_key, ''), e.email_key, '') AS entry, e.row_number AS entry_row
FROM exclusions x
JOIN users u ON u.id = x.user_id
LEFT JOIN filter_rules f ON f.id = x.rule_id
LEFT JOIN lists l ON l.id = f.list_id
LEFT JOIN list_entries e ON e.id = x.list_entry_id
WHERE x.restored_at IS NULL;
