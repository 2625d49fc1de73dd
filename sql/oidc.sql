-- fetch_by_subject --
-- Whom the provider calls so; held, so that they are still called so when the sign-in begins.
SELECT id, role, disabled_at FROM users WHERE oidc_issuer = %(issuer)s AND oidc_subject = %(subject)s FOR SHARE;

-- lock_by_email --
-- One user by address, whatever its case; held, so that two first visits do not both claim it.
SELECT id, role, disabled_at, oidc_issuer, oidc_subject FROM users WHERE address_key(email) = address_key(%(email)s) FOR UPDATE;

-- link_user --
-- From now on they are known by what the provider calls them.
UPDATE users SET oidc_issuer = %(issuer)s, oidc_subject = %(subject)s WHERE id = %(user_id)s;

-- unlink_user --
-- Known by address only, as before their first visit.
UPDATE users SET oidc_issuer = NULL, oidc_subject = NULL WHERE address_key(email) = address_key(%(email)s) RETURNING id;

-- insert_user --
-- Someone whom the provider sends; no row when the address or the subject is known already.
INSERT INTO users (email, name, role, oidc_issuer, oidc_subject)
VALUES (%(email)s, %(name)s, %(role)s, %(issuer)s, %(subject)s)
ON CONFLICT DO NOTHING RETURNING id, role, disabled_at;
