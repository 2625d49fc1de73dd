-- lock_user --
-- One user; held, so that links for them are made, and passwords set, one after the other.
SELECT id, disabled_at, break_glass, password_hash FROM users WHERE id = %(user_id)s FOR UPDATE;

-- fetch_by_email --
-- One user by address, whatever its case.
SELECT id, email, name, role, disabled_at FROM users WHERE address_key(email) = address_key(%(email)s);

-- count_links --
-- Links that set a password, made for a user within the last hour.
SELECT count(*)::int AS made FROM login_links
WHERE user_id = %(user_id)s AND purpose = 'password' AND created_at > now() - interval '1 hour';

-- end_links --
-- Earlier links that set this user's password no longer work.
UPDATE login_links SET used_at = now() WHERE user_id = %(user_id)s AND purpose = 'password' AND used_at IS NULL;

-- end_all_links --
-- No link of this user's works any more, whatever it is for.
UPDATE login_links SET used_at = now() WHERE user_id = %(user_id)s AND used_at IS NULL;

-- insert_link --
-- A one-time link that sets a password, stored by hash only.
INSERT INTO login_links (token_hash, user_id, expires_at, purpose)
VALUES (%(token_hash)s, %(user_id)s, now() + make_interval(mins => %(minutes)s), 'password');

-- fetch_link --
-- Whose password a link sets; no row when it is used up, too old, or they are disabled.
SELECT u.id, u.email, u.name, u.role, u.break_glass FROM login_links l JOIN users u ON u.id = l.user_id
WHERE l.token_hash = %(token_hash)s AND l.purpose = 'password' AND l.used_at IS NULL AND l.expires_at > now()
    AND u.disabled_at IS NULL;

-- consume_link --
-- Uses a link up; a row only for the first use in time.
UPDATE login_links SET used_at = now()
WHERE token_hash = %(token_hash)s AND purpose = 'password' AND used_at IS NULL AND expires_at > now()
RETURNING user_id;

-- fetch_own --
-- What has to be known to change one's own password. fresh: this sign-in is not 15 minutes old.
SELECT u.email, u.name, u.password_hash, u.break_glass, coalesce(s.created_at > now() - interval '15 minutes', false) AS fresh
FROM users u LEFT JOIN user_sessions s ON s.id = %(session_id)s::uuid AND s.user_id = u.id
WHERE u.id = %(user_id)s AND u.disabled_at IS NULL;

-- fetch_open_session --
-- One of a user's sign-ins, unless it was ended.
SELECT id FROM user_sessions WHERE id = %(session_id)s::uuid AND user_id = %(user_id)s AND revoked_at IS NULL;

-- set_password --
-- A new password, by hash.
UPDATE users SET password_hash = %(password_hash)s WHERE id = %(user_id)s;

-- end_sessions --
-- Ends all sign-ins of a user, but the one to keep.
UPDATE user_sessions SET revoked_at = now()
WHERE user_id = %(user_id)s AND revoked_at IS NULL AND id IS DISTINCT FROM %(keep)s::uuid;

-- set_break_glass --
-- Whether this admin's password counts where passwords are switched off.
UPDATE users SET break_glass = %(break_glass)s WHERE id = %(user_id)s;
