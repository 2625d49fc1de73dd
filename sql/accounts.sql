-- fetch_users --
-- Everyone, with when they were last here and how many sign-ins are good now.
SELECT u.id, u.name, u.email, u.role, u.disabled_at, u.created_at, u.password_hash IS NOT NULL AS has_password,
    u.oidc_subject IS NOT NULL AS has_provider, u.break_glass,
    max(s.last_active) AS last_active,
    count(s.id) FILTER (WHERE s.revoked_at IS NULL AND u.disabled_at IS NULL
        AND s.last_active > now() - make_interval(mins => %(idle_min)s)
        AND s.created_at > now() - make_interval(hours => %(max_h)s))::int AS sessions
FROM users u LEFT JOIN user_sessions s ON s.user_id = u.id
GROUP BY u.id ORDER BY u.disabled_at IS NOT NULL, lower(u.name), u.id LIMIT 500;

-- fetch_user --
-- One user.
SELECT id, name, email, role, disabled_at, break_glass, password_hash IS NOT NULL AS has_password
FROM users WHERE id = %(user_id)s;

-- lock_admins --
-- Who is left to administer; held so that two admins cannot remove each other at once.
SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR UPDATE;

-- set_role --
-- Another role, which counts from the next request on; break glass is for admins.
UPDATE users SET role = %(role)s, break_glass = break_glass AND %(role)s = 'admin' WHERE id = %(user_id)s RETURNING id;

-- disable --
-- Nobody signs in as this user any more.
UPDATE users SET disabled_at = coalesce(disabled_at, now()) WHERE id = %(user_id)s RETURNING id;

-- enable --
-- They may again; what was ended stays so.
UPDATE users SET disabled_at = NULL WHERE id = %(user_id)s RETURNING id;

-- revoke_sessions_of --
-- Ends all sign-ins of a user.
UPDATE user_sessions SET revoked_at = now() WHERE user_id = %(user_id)s AND revoked_at IS NULL;

-- revoke_session --
-- Ends one sign-in.
UPDATE user_sessions SET revoked_at = now() WHERE id = %(session_id)s::uuid AND revoked_at IS NULL RETURNING user_id;

-- delete_links_of --
-- Unused sign-in links of a user.
DELETE FROM login_links WHERE user_id = %(user_id)s AND used_at IS NULL;
