-- What is removed for good, and when: searches whose removal has begun, and until when each person is kept. Forward only.

-- When a job began to remove a deleted search: what is gone in part cannot come back, whatever SEARCH_DELETED_DAYS is set
-- to meanwhile.
ALTER TABLE searches ADD COLUMN removal_began_at timestamptz;

-- Until when a person is kept, by the rule of where they are: from when they were last collected, or last got to another
-- stage in a search. As the query "overdue" of retention.sql has it for everybody.
CREATE FUNCTION kept_until(person profiles) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN greatest((person).collected_at, (
        SELECT max(c.stage_changed_at) FROM candidates c WHERE c.profile_id = (person).id)) + (
    SELECT make_interval(months => q.keep_months) FROM retention_rules q
    WHERE q.countries = '{}' OR (person).country <> '' AND sx_key((person).country) = ANY (q.countries)
    ORDER BY q.countries = '{}', q.keep_months LIMIT 1);

-- params: what a job was told that had not ended when someone was erased, and that names them; blanked when it has.
ALTER TABLE erasure_files DROP CONSTRAINT erasure_files_kind_check,
    ADD CONSTRAINT erasure_files_kind_check CHECK (kind IN ('export', 'archive', 'run', 'uploads', 'params'));
