-- Whether whoever started a job may still do so; one rule for when two e-mail addresses are the same.

-- Users' addresses: only letters from A to Z mean the same in either case, on every server. Rules that fold more
-- make one address of two that providers tell apart. services/addresses.py has the same rule.
CREATE FUNCTION address_key(address text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(address COLLATE "C");

DROP INDEX users_email;
CREATE UNIQUE INDEX users_email ON users (address_key(email));

-- Keys were made of addresses alone: they are keyed by the server's secret from now on.
DELETE FROM sign_in_attempts;

-- Why a job has to end, NULL where it may go on: 'account' (they are disabled), 'role' (they only look by now),
-- 'search' or 'list' (it is no longer theirs to use so). needs: what jobs of its kind take, see services/run_rights.py.
CREATE FUNCTION run_refused(run runs, needs text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    SELECT CASE
        WHEN u.disabled_at IS NOT NULL THEN 'account'
        WHEN needs <> 'see' AND u.role = 'viewer' THEN 'role'
        WHEN (run).search_id IS NOT NULL AND NOT coalesce(CASE needs
            WHEN 'edit' THEN search_editable(s, u.id, u.role)
            WHEN 'own' THEN s.user_id = u.id OR u.role = 'admin'
            ELSE search_listed(s, u.id, u.role) END, false) THEN 'search'
        WHEN needs = 'list' AND NOT EXISTS (SELECT FROM lists l
            WHERE l.id = ((run).params ->> 'list_id')::bigint AND list_editable(l, u.id, u.role)) THEN 'list'
        END
    FROM users u LEFT JOIN searches s ON s.id = (run).search_id WHERE u.id = (run).user_id);
