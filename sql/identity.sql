-- insert_user --
-- A new user; no row when the address is taken.
INSERT INTO users (email, name, role, password_hash) VALUES (%(email)s, %(name)s, %(role)s, %(password_hash)s)
ON CONFLICT DO NOTHING RETURNING id, role, name;

-- fetch_user_by_email --
-- One user by address, whatever its case.
SELECT id, email, name, role, password_hash, disabled_at, break_glass FROM users
WHERE address_key(email) = address_key(%(email)s);

-- hold_user --
-- One user who may sign in, as they are now; nobody disables them or sets their password before the transaction ends.
SELECT password_hash, break_glass FROM users WHERE id = %(user_id)s AND disabled_at IS NULL FOR SHARE;

-- hold_user_of_link --
-- The same for whoever a sign-in link is for that is good still.
SELECT u.id FROM login_links l JOIN users u ON u.id = l.user_id
WHERE l.token_hash = %(token_hash)s AND l.purpose = 'sign-in' AND l.used_at IS NULL AND l.expires_at > now()
    AND u.disabled_at IS NULL FOR SHARE OF u;

-- insert_login_link --
-- A one-time link, stored by hash only.
INSERT INTO login_links (token_hash, user_id, expires_at)
VALUES (%(token_hash)s, %(user_id)s, now() + make_interval(mins => %(minutes)s));

-- consume_login_link --
-- Uses a link up; a row only for the first use in time.
UPDATE login_links SET used_at = now()
WHERE token_hash = %(token_hash)s AND purpose = 'sign-in' AND used_at IS NULL AND expires_at > now()
RETURNING user_id;

-- insert_session --
-- A new sign-in.
INSERT INTO user_sessions (token_hash, user_id) VALUES (%(token_hash)s, %(user_id)s) RETURNING id;

-- fetch_session --
-- The signed-in person, unless the session was idle too long, is too old or was ended.
SELECT s.id AS session_id, u.id, u.role, u.name, u.email,
    s.last_active < now() - interval '1 minute' AS needs_touch
FROM user_sessions s JOIN users u ON u.id = s.user_id
WHERE s.token_hash = %(token_hash)s AND s.revoked_at IS NULL AND u.disabled_at IS NULL
    AND s.last_active > now() - make_interval(mins => %(idle_min)s)
    AND s.created_at > now() - make_interval(hours => %(max_h)s);

-- touch_session --
-- A sign of use; at most one write a minute.
UPDATE user_sessions SET last_active = now() WHERE id = %(session_id)s;

-- revoke_session --
-- Ends one sign-in.
UPDATE user_sessions SET revoked_at = now() WHERE token_hash = %(token_hash)s AND revoked_at IS NULL;

-- fetch_sessions --
-- Sign-ins that are still good, newest use first.
SELECT s.id, u.name, u.email, u.role, s.created_at, s.last_active
FROM user_sessions s JOIN users u ON u.id = s.user_id
WHERE s.revoked_at IS NULL AND s.last_active > now() - make_interval(mins => %(idle_min)s)
    AND s.created_at > now() - make_interval(hours => %(max_h)s)
ORDER BY s.last_active DESC LIMIT 500;

-- fetch_own_sessions --
-- One person's sign-ins that are still good, newest use first.
SELECT id, created_at, last_active FROM user_sessions
WHERE user_id = %(user_id)s AND revoked_at IS NULL AND last_active > now() - make_interval(mins => %(idle_min)s)
    AND created_at > now() - make_interval(hours => %(max_h)s)
ORDER BY last_active DESC, id LIMIT 100;

-- revoke_own_session --
-- Ends one of one's own sign-ins.
UPDATE user_sessions SET revoked_at = now()
WHERE user_id = %(user_id)s AND id = %(session_id)s AND revoked_at IS NULL RETURNING id;

-- fetch_preferences --
-- All of one person's preferences.
SELECT name, value FROM user_preferences WHERE user_id = %(user_id)s;

-- upsert_preference --
-- Set one preference.
INSERT INTO user_preferences (user_id, name, value) VALUES (%(user_id)s, %(name)s, %(value)s)
ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value;

-- insert_audit --
-- One line of the audit log.
INSERT INTO audit_log (user_id, action, subject, detail) VALUES (%(user_id)s, %(action)s, %(subject)s, %(detail)s);

-- delete_old_attempts --
-- Failed sign-ins that count for nothing any more.
DELETE FROM sign_in_attempts WHERE at < now() - interval '1 day';

-- delete_old_links --
-- One-time links that nobody can use any more; not those of the last hour, which are counted.
DELETE FROM login_links WHERE expires_at < now() - interval '1 day';

-- delete_old_sessions --
-- Sign-ins that ended a month ago, but each person's last one, which tells when they were here.
DELETE FROM user_sessions s
WHERE greatest(s.last_active, s.revoked_at) < now() - interval '30 days'
    AND EXISTS (SELECT FROM user_sessions o WHERE o.user_id = s.user_id AND (o.last_active, o.id) > (s.last_active, s.id));
