-- Access: sign-in by an identity provider, links that set a password, named people who may only look.

-- Who someone is at the provider: its name and theirs, both or none. break_glass: an admin's password counts
-- even where passwords are switched off.
ALTER TABLE users
    ADD COLUMN oidc_issuer text,
    ADD COLUMN oidc_subject text,
    ADD COLUMN break_glass boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT users_oidc_is_whole CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL));
CREATE UNIQUE INDEX users_oidc ON users (oidc_issuer, oidc_subject);

-- What a one-time link is for: a link that sets a password signs nobody in.
ALTER TABLE login_links
    ADD COLUMN purpose text NOT NULL DEFAULT 'sign-in' CHECK (purpose IN ('sign-in', 'password')),
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX login_links_user ON login_links (user_id);

-- Whether a named person may change what is in the search, or only look.
ALTER TABLE search_members ADD COLUMN role text NOT NULL DEFAULT 'edit' CHECK (role IN ('view', 'edit'));

-- Who may change what is in it: whoever sees it, except viewers and named people who may only look.
CREATE OR REPLACE FUNCTION search_editable(search searches, editor bigint, editor_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN editor_role <> 'viewer' AND search_visible(search, editor, editor_role) AND NOT search_frozen(search)
    AND ((search).visibility <> 'named' OR (search).user_id = editor OR editor_role = 'admin' OR EXISTS (
        SELECT FROM search_members m
        WHERE m.search_id = (search).id AND m.user_id = editor AND m.role = 'edit'));
