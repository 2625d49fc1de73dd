-- fetch_first_admin --
-- The admin who gets the link at the start of a server of one's own.
SELECT email FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id LIMIT 1;
