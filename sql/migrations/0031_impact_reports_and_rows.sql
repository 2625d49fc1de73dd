-- Reports on adverse impact: counts of groups that people told of themselves, handed in as sums, never of one person.
-- And the row of a list as it was when somebody was left out by it. Forward only.

-- search_id: what it is about; NULL for several searches together, or one that is gone.
CREATE TABLE impact_reports (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    search_id uuid REFERENCES searches ON DELETE SET NULL,
    user_id bigint NOT NULL REFERENCES users,
    title text NOT NULL CHECK (title <> '' AND length(title) <= 200),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX impact_reports_search ON impact_reports (search_id) WHERE search_id IS NOT NULL;

-- The groups of a report. The counts of a hidden one are never written down: services/impact_ratios.py says which.
CREATE TABLE impact_groups (
    report_id bigint NOT NULL REFERENCES impact_reports ON DELETE CASCADE,
    position smallint NOT NULL,
    attribute text NOT NULL DEFAULT '' CHECK (length(attribute) <= 100),
    name text NOT NULL CHECK (name <> '' AND length(name) <= 100),
    hidden boolean NOT NULL,
    applicants integer CHECK (applicants >= 5),
    selected integer CHECK (selected BETWEEN 0 AND applicants),
    scored integer CHECK (scored BETWEEN 0 AND applicants),
    above_median integer CHECK (above_median BETWEEN 0 AND scored),
    mean_score numeric(12, 4),
    PRIMARY KEY (report_id, position),
    CHECK (hidden = (applicants IS NULL)),
    CHECK ((applicants IS NULL) = (selected IS NULL)),
    CHECK (NOT hidden OR num_nonnulls(scored, above_median, mean_score) = 0)
);

-- An entry keeps its id wherever it stands, so its row now says nothing about the version that a line is about. Lines of
-- before have the row of now.
ALTER TABLE exclusions ADD COLUMN entry_row integer;
ALTER TABLE filter_outcomes ADD COLUMN entry_row integer;
UPDATE exclusions x SET entry_row = e.row_number FROM list_entries e WHERE e.id = x.list_entry_id;

CREATE OR REPLACE VIEW exclusion_reasons AS
SELECT x.candidate_id, x.id AS exclusion_id, x.search_id, x.filter_status, x.was_unknown, x.created_at AS at,
    u.name AS who, f.id AS rule_id, coalesce(f.sentence, '') AS sentence, l.id AS list_id,
    coalesce(l.name, '') AS list_name, f.list_version,
    coalesce(nullif(e.label, ''), nullif(e.url_key, ''), e.email_key, '') AS entry, x.entry_row
FROM exclusions x
JOIN users u ON u.id = x.user_id
LEFT JOIN filter_rules f ON f.id = x.rule_id
LEFT JOIN lists l ON l.id = f.list_id
LEFT JOIN list_entries e ON e.id = x.list_entry_id
WHERE x.restored_at IS NULL;
