-- any_listed --
-- Whether anybody is on a list of the kind "do not contact".
SELECT EXISTS (SELECT FROM lists WHERE kind = 'do_not_contact' AND archived_at IS NULL AND entry_count > 0) AS found;

-- fetch_listed --
-- Who of some people is.
SELECT n AS id FROM not_to_be_contacted(%(people)s::bigint[]) AS n;

-- fetch_listed_candidates --
-- Which of some candidates are.
SELECT c.id FROM candidates c WHERE c.id = ANY (%(ids)s::bigint[]) AND c.profile_id IN (
    SELECT not_to_be_contacted(ARRAY(SELECT o.profile_id FROM candidates o WHERE o.id = ANY (%(ids)s::bigint[]))));

-- fetch_export_listed --
-- Whether an admin wants them in exports all the same.
SELECT export_listed FROM retention_settings;
