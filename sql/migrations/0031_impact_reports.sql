-- Reports on adverse impact: counts of groups that people told of themselves, handed in as sums, never of one person.
-- Forward only.

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
