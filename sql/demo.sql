-- fetch_marks --
-- What this database says of itself as a demo: begun, and ready with its people.
SELECT coalesce(bool_or(action = 'demo.begin'), false) AS begun, coalesce(bool_or(action = 'demo.ready'), false) AS ready
FROM audit_log WHERE action IN ('demo.begin', 'demo.ready');

-- fetch_anything --
-- Whether the database holds anything that people made.
SELECT EXISTS (SELECT FROM searches) OR EXISTS (SELECT FROM profiles) AS found;

-- fetch_storage_keys --
-- The files that rows speak of.
SELECT storage_key FROM uploads UNION ALL SELECT storage_key FROM exports
UNION ALL SELECT storage_key FROM archive_leftovers
UNION ALL SELECT f ->> 'key' FROM archives, jsonb_array_elements(files) AS f;

-- empty --
-- Everything that was made since the schema; for the owner's role.
TRUNCATE users, searches, erasures, suppression_key, profiles, exclusions, changes, vendor_days, archive_leftovers,
    sign_in_attempts, ai_decisions, audit_log, procrastinate_jobs RESTART IDENTITY CASCADE;

-- fetch_companies --
-- Where most of a search's people work.
SELECT p.company FROM candidates c JOIN profiles p ON p.id = c.profile_id
WHERE c.search_id = %(search_id)s AND p.company <> '' GROUP BY p.company ORDER BY count(*) DESC, p.company LIMIT 8;

-- fetch_some_people --
-- Some people of a search by their address.
SELECT p.full_name, p.company, p.linkedin_url FROM candidates c JOIN profiles p ON p.id = c.profile_id
WHERE c.search_id = %(search_id)s AND p.linkedin_url <> '' ORDER BY hashint8(c.id), c.id LIMIT 60;
