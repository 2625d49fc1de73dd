-- Lists, rules, and the ledger of who was left out, why, and who brought them back. Forward only.

-- What companies and schools are compared by. Legal forms, articles, accents, case and punctuation are not
-- part of a name; a name that is nothing else stays as it is. Single letters side by side are one word
-- ("I.B.M.", "S. A."). tests/unit and tests/integration/test_names.py have the cases.
-- plpgsql: several steps, each on the result of the last; it is called once for each distinct name.
CREATE FUNCTION sx_company(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    k text COLLATE pg_c_utf8 := sx_key(value);
    plain text COLLATE pg_c_utf8;
    word text COLLATE pg_c_utf8;
BEGIN
    -- Most names are plain.
    IF k !~ '^[a-z0-9]+(?: [a-z0-9]+)*$' THEN
        IF strpos(k, '(') > 0 THEN
            k := regexp_replace(k, '\([^)]*\)?', ' ', 'g');
        END IF;
        IF strpos(k, '.com') > 0 THEN
            k := regexp_replace(k, '\.com\M', '', 'g');
        END IF;
        k := translate(replace(k, '&', ' and '), '.''’`´"“”„״׳', '');
        k := btrim(regexp_replace(k, '[^[:alnum:]]+', ' ', 'g'));
    END IF;
    IF k ~ '\m[a-z] [a-z]\M' THEN
        k := replace(regexp_replace(k, '\m([a-z]) (?=[a-z]\M)', '\1', 'g'), 'sp zoo', 'spzoo');
    ELSIF strpos(k, 'sp z') > 0 THEN
        k := replace(replace(k, 'sp z oo', 'spzoo'), 'sp zoo', 'spzoo');
    END IF;
    plain := k;
    IF strpos(k, ' und ') > 0 OR strpos(k, ' et ') > 0 THEN
        k := replace(replace(k, ' und ', ' and '), ' et ', ' and ');
    END IF;
    IF octet_length(k) <> length(k) THEN
        k := regexp_replace(k, '^(?:ооо|оао|зао|пао|ао|тов) ', '');
        k := btrim(regexp_replace(k, '^(?:株式会社|有限会社|合同会社)'
            '|(?:株式会社|有限会社|合同会社|股份有限公司|有限责任公司|有限公司| בעמ| ооо| оао| зао| пао| ао| тов)$', '', 'g'));
    END IF;
    IF starts_with(k, 'the ') THEN
        k := substr(k, 5);
    END IF;
    LOOP
        word := substr(k, length(k) - strpos(reverse(k), ' ') + 2);
        EXIT WHEN word = k OR word = '' OR word <> ALL (ARRAY['inc', 'incorporated', 'corp', 'corporation', 'co', 'company',
            'cie', 'llc', 'llp', 'lp', 'lllp', 'pllc', 'pc', 'plc', 'ltd', 'limited', 'unlimited', 'pty', 'pte', 'pvt',
            'private', 'gmbh', 'mbh', 'ggmbh', 'ag', 'kg', 'kgaa', 'ohg', 'ug', 'gbr', 'ev', 'eg', 'ek', 'se', 'sa', 'sas',
            'sasu', 'sarl', 'eurl', 'snc', 'scop', 'sca', 'spa', 'srl', 'srls', 'sapa', 'sl', 'slu', 'sau', 'scs', 'ltda',
            'lda', 'eireli', 'epp', 'bv', 'nv', 'vof', 'cv', 'bvba', 'sprl', 'vzw', 'ab', 'asa', 'as', 'aps', 'ks', 'ehf',
            'oy', 'oyj', 'ou', 'sia', 'uab', 'zrt', 'nyrt', 'kft', 'doo', 'dd', 'ad', 'ood', 'eood', 'ead', 'sro', 'spol',
            'vos', 'spzoo', 'ooo', 'oao', 'zao', 'pao', 'jsc', 'ojsc', 'pjsc', 'cjsc', 'wll', 'fze', 'fzco', 'fzc', 'dmcc',
            'tbk', 'bhd', 'berhad', 'sdn', 'kk', 'gk', 'yk', 'aktiengesellschaft', 'aktiebolag', 'aktieselskab',
            'osakeyhtio', 'and']);
        k := left(k, -length(word) - 1);
    END LOOP;
    RETURN CASE WHEN k IN ('', 'and') THEN plain ELSE k END;
END $$;

-- What people's names are compared by, together with their company: without titles, degrees, middle initials;
-- "Doe, Jane" is "jane doe".
CREATE FUNCTION sx_person(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    k text COLLATE pg_c_utf8 := sx_key(value);
    suffix CONSTANT text COLLATE pg_c_utf8 := '(?:(?:^|[ ,]+)(?:phd|dphil|mba|emba|msc|bsc|mphil|llm|llb|cpa|cfa|pmp|pe|esq|jr|sr|ii|iii|iv'
        '|frcs|mrcs|cissp|ing))+$';
    tail text COLLATE pg_c_utf8;
BEGIN
    -- Most names are plain: words of two letters and more, none of which is a title or a degree.
    IF k ~ '^[a-z]{2,}(?: [a-z]{2,})+$'
        AND split_part(k, ' ', 1) <> ALL (ARRAY['dr', 'prof', 'professor', 'mr', 'mrs', 'ms', 'mx', 'sir', 'dame', 'herr',
            'frau', 'dipl', 'ing', 'mag', 'mme', 'don', 'dona'])
        AND split_part(k, ' ', -1) <> ALL (ARRAY['phd', 'dphil', 'mba', 'emba', 'msc', 'bsc', 'mphil', 'llm', 'llb', 'cpa',
            'cfa', 'pmp', 'pe', 'esq', 'jr', 'sr', 'ii', 'iii', 'iv', 'frcs', 'mrcs', 'cissp', 'ing']) THEN
        RETURN k;
    END IF;
    IF strpos(k, '(') > 0 THEN
        k := regexp_replace(k, '\([^)]*\)?', ' ', 'g');
    END IF;
    k := btrim(translate(k, '.''’`´"“”„״׳', ''));
    k := regexp_replace(k, suffix, '');
    IF strpos(k, ',') > 0 THEN
        tail := btrim(substr(k, strpos(k, ',') + 1));
        k := tail || ' ' || split_part(k, ',', 1);
    END IF;
    k := btrim(regexp_replace(k, '[^[:alnum:]]+', ' ', 'g'));
    k := regexp_replace(k, '^(?:(?:dr|prof|professor|mr|mrs|ms|mx|sir|dame|herr|frau|dipl|ing|mag|mme|don|dona) )+(?=.)', '');
    RETURN regexp_replace(k, ' [a-z](?= )', '', 'g');
END $$;

-- All runs of neighbouring words of a name: "contains by word" is equality with one of them.
CREATE FUNCTION sx_runs(name text, longest integer) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
    -- unnest, not generate_series: the planner takes it for ten rows, not for a thousand. OFFSET 0: split once.
    SELECT array_to_string(w.words[i.n : i.n + j.n - 1], ' ')
    FROM (SELECT (string_to_array(name, ' '))[1:16] AS words OFFSET 0) AS w,
        unnest(w.words) WITH ORDINALITY AS i (word, n),
        unnest(w.words[i.n : i.n + longest - 1]) WITH ORDINALITY AS j (word, n);
END;

-- Words of a rule as one pattern for key columns: any of them, as whole words, whatever signs they hold
-- ("c++", "r&d"). NULL where none is left.
CREATE FUNCTION sx_word_pattern(terms text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT '(?:^|[^[:alnum:]])(?:' || string_agg(
            regexp_replace(regexp_replace(btrim(sx_key(t)), '([^[:alnum:] ])', '\\\1', 'g'), ' +', '[^[:alnum:]]+', 'g'),
            '|' ORDER BY n) || ')(?:$|[^[:alnum:]])'
    FROM unnest(terms) WITH ORDINALITY AS u (t, n) WHERE btrim(sx_key(t)) <> '';
END;

-- Keywords as a query on what the search box looks through, except for names (weight A).
CREATE FUNCTION sx_keyword_query(terms text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(to_tsquery('pg_catalog.simple', string_agg(
        '(''' || regexp_replace(btrim(sx_words(t)), ' +', ''':BCD <-> ''', 'g') || ''':BCD)', ' | ')), ''::tsquery)
    FROM unnest(terms) AS t WHERE btrim(sx_words(t)) <> '';
END;

-- Sources that tell of one earlier job at most.
CREATE FUNCTION tells_one_earlier_job(source text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sx_key(source) LIKE '%phantombuster%' OR sx_key(source) LIKE '%sales navigator%';

-- Whether all of someone's jobs are known, as far as can be told: two at least, three where the source tells
-- of one earlier job only.
CREATE FUNCTION history_complete(jobs bigint, one_earlier boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(jobs >= 3 OR (jobs = 2 AND NOT one_earlier), false);

-- What the words of a title say: how senior someone is (the lowest rank counts; nothing said: individual), that
-- they work for themselves, that they consult. cancels: a word that means something else in this company:
-- a product manager manages no people. Words are as sx_key and spaces leave them.
CREATE TABLE title_terms (
    term text COLLATE "C" NOT NULL,
    says text NOT NULL CHECK (says IN ('junior', 'individual', 'senior', 'lead', 'manager', 'director', 'executive',
        'freelance', 'consulting')),
    rank smallint NOT NULL DEFAULT 0,
    cancels text COLLATE "C",
    PRIMARY KEY (term, says)
);
INSERT INTO title_terms (says, rank, cancels, term)
SELECT g.says, g.rank, nullif(g.cancels, ''), btrim(t) FROM (VALUES
    ('junior', 1, '', 'intern, internship, trainee, apprentice, working student, werkstudent, werkstudentin, praktikant,
        praktikantin, stagiaire, graduate, junior, jr, becario, tirocinante'),
    ('individual', 2, '', 'assistant to, assistant of, assistenz der, assistant du, secretary to, executive assistant,
        personal assistant'),
    ('director', 3, 'president', 'vice president, vp, svp, evp, avp'),
    ('individual', 3, 'owner', 'product owner, process owner, system owner'),
    ('executive', 4, '', 'ceo, cto, cfo, coo, cio, cmo, cpo, cro, ciso, chro, cdo, founder, cofounder, owner, president,
        managing director, managing partner, general manager, geschaftsfuhrer, geschaftsfuhrerin, vorstand, inhaber,
        inhaberin, pdg, chief executive, chief technology, chief financial, chief operating, chief information,
        chief marketing, chief product, chief people, chief revenue, chief data, chief commercial'),
    ('director', 5, '', 'director, direktor, direktorin, directeur, directrice, direttore, head, bereichsleiter,
        bereichsleiterin, abteilungsleiter, abteilungsleiterin'),
    ('individual', 9, 'manager', 'product manager, project manager, program manager, programme manager, account manager,
        community manager, content manager, case manager, office manager, success manager, media manager, brand manager,
        category manager, delivery manager, release manager, test manager, quality manager'),
    ('manager', 6, '', 'manager, managerin, supervisor, teamleiter, teamleiterin, leiter, leiterin, responsable, gerente,
        jefe, jefa'),
    ('lead', 7, '', 'lead, principal, staff, architect, architekt, architektin'),
    ('senior', 8, '', 'senior, sr, expert, experienced'),
    ('freelance', 0, '', 'freelance, freelancer, freelancing, freiberufler, freiberuflerin, freiberuflich, selbststandig,
        self employed, selfemployed, independent contractor, independent consultant, autonomo, auto entrepreneur,
        autoentrepreneur, zzp, zzper'),
    ('consulting', 0, '', 'consultant, consultants, consulting, consultancy, berater, beraterin, beratung, unternehmensberater,
        unternehmensberaterin, consultor, consultora, consulente, advisor, adviser')) AS g (says, rank, cancels, terms),
    regexp_split_to_table(g.terms, ',\s*') AS t;

CREATE TABLE lists (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('past_candidates', 'blacklisted_companies', 'not_relevant_companies',
        'target_companies', 'target_universities', 'do_not_contact', 'custom')),
    holds text NOT NULL CHECK (holds IN ('people', 'companies', 'schools')),
    name text NOT NULL CHECK (name <> '' AND length(name) <= 100),
    shared boolean NOT NULL DEFAULT true,
    user_id bigint NOT NULL REFERENCES users,
    source text NOT NULL DEFAULT 'typed' CHECK (source IN ('typed', 'file', 'sheet')),
    version integer NOT NULL DEFAULT 0,
    entry_count integer NOT NULL DEFAULT 0,
    -- Google Sheets: which part of which sheet, how often, and how the last try went. What was read last stays in force.
    sheet_id text NOT NULL DEFAULT '',
    sheet_range text NOT NULL DEFAULT '',
    sync_every_min integer CHECK (sync_every_min BETWEEN 5 AND 10080),
    sync_state text NOT NULL DEFAULT 'never' CHECK (sync_state IN ('never', 'ok', 'failed')),
    sync_message text NOT NULL DEFAULT '',
    sync_tried_at timestamptz,
    synced_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz
);
CREATE UNIQUE INDEX lists_name ON lists (user_id, lower(name)) WHERE archived_at IS NULL;

-- Who may see a list, and who may change it: as with searches.
CREATE FUNCTION list_visible(list lists, viewer bigint, viewer_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (list).shared OR (list).user_id = viewer OR viewer_role = 'admin';
CREATE FUNCTION list_editable(list lists, editor bigint, editor_role text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN editor_role <> 'viewer' AND list_visible(list, editor, editor_role);

CREATE TABLE list_versions (
    list_id bigint NOT NULL REFERENCES lists ON DELETE CASCADE,
    version integer NOT NULL,
    entries integer NOT NULL,
    added integer NOT NULL,
    removed integer NOT NULL,
    source text NOT NULL,
    user_id bigint REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (list_id, version)
);

-- An entry is of versions from_version up to, not including, to_version (NULL: of the newest, too). It keeps
-- its id while it means the same, wherever it stands. row_number: in the file or sheet, 1 is the first line.
CREATE TABLE list_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list_id bigint NOT NULL REFERENCES lists ON DELETE CASCADE,
    from_version integer NOT NULL,
    to_version integer,
    row_number integer NOT NULL,
    raw text NOT NULL,
    label text NOT NULL,
    url_key text NOT NULL DEFAULT '',
    email_key text NOT NULL DEFAULT '',
    company text NOT NULL DEFAULT '',
    -- Of a company or school, or of a person.
    name_key text COLLATE "C" NOT NULL,
    company_key text COLLATE "C" NOT NULL DEFAULT '',
    CHECK (to_version > from_version)
);
CREATE INDEX list_entries_versions ON list_entries (list_id, from_version);

-- Other names of a company or school, for all lists: each pair means the same, both ways.
CREATE TABLE aliases (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    holds text NOT NULL CHECK (holds IN ('companies', 'schools')),
    name text NOT NULL CHECK (length(name) <= 300),
    same_as text NOT NULL CHECK (length(same_as) <= 300),
    name_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (sx_company(name)) STORED,
    same_as_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (sx_company(same_as)) STORED,
    user_id bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (name_key <> '' AND same_as_key <> '' AND name_key <> same_as_key)
);
CREATE UNIQUE INDEX aliases_pair ON aliases (holds, name_key, same_as_key);

CREATE TABLE rule_sets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    search_id uuid REFERENCES searches ON DELETE CASCADE,
    name text NOT NULL CHECK (name <> '' AND length(name) <= 100),
    shared boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX rule_sets_name ON rule_sets (user_id, search_id, lower(name)) NULLS NOT DISTINCT;

-- A rule of a saved set, or, with run_id, as it was when it was applied: such a row is never changed, and the
-- ledger refers to it. fingerprint: of kind and parameters, so that a rule is known again in another set.
CREATE TABLE filter_rules (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_set_id bigint REFERENCES rule_sets ON DELETE CASCADE,
    run_id bigint REFERENCES runs ON DELETE CASCADE,
    position smallint NOT NULL,
    kind text NOT NULL,
    params jsonb NOT NULL,
    on_unknown text NOT NULL DEFAULT 'keep' CHECK (on_unknown IN ('keep', 'drop', 'flag')),
    enabled boolean NOT NULL DEFAULT true,
    list_id bigint,
    list_version integer,
    sentence text NOT NULL DEFAULT '',
    filter_status text NOT NULL DEFAULT '',
    fingerprint text NOT NULL DEFAULT '',
    CHECK (num_nonnulls(rule_set_id, run_id) = 1)
);
CREATE UNIQUE INDEX filter_rules_set ON filter_rules (rule_set_id, position) WHERE rule_set_id IS NOT NULL;
CREATE UNIQUE INDEX filter_rules_run ON filter_rules (run_id, position) WHERE run_id IS NOT NULL;

-- The ledger: one row each time someone was left out. rule_id is NULL for one that a person left out by hand.
-- restored_as: person (somebody decided so: the same entry does not drop them again), undo (the action was
-- taken back), rules (no rule that was applied later drops them), merge (the person was out twice).
CREATE TABLE exclusions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    search_id uuid NOT NULL,
    candidate_id bigint NOT NULL REFERENCES candidates ON DELETE CASCADE,
    rule_id bigint REFERENCES filter_rules ON DELETE CASCADE,
    list_entry_id bigint,
    was_unknown boolean NOT NULL DEFAULT false,
    filter_status text NOT NULL,
    user_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    restored_at timestamptz,
    restored_by bigint,
    restored_as text CHECK (restored_as IN ('person', 'undo', 'rules', 'merge'))
);
CREATE INDEX exclusions_candidate ON exclusions (candidate_id, id);
CREATE INDEX exclusions_rule ON exclusions (rule_id);
CREATE INDEX exclusions_search ON exclusions (search_id, id);
CREATE INDEX exclusions_restored ON exclusions (search_id, candidate_id) WHERE restored_as = 'person';

-- What could not be decided, where a rule says that this shall show.
CREATE TABLE filter_flags (
    candidate_id bigint NOT NULL REFERENCES candidates ON DELETE CASCADE,
    rule_id bigint NOT NULL REFERENCES filter_rules ON DELETE CASCADE,
    PRIMARY KEY (candidate_id, rule_id)
);
CREATE INDEX filter_flags_rule ON filter_flags (rule_id);

-- Whether someone else has changed a candidate since a moment.
CREATE FUNCTION changed_meanwhile(changed_by bigint, changed_xid xid8, actor bigint, as_of text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN changed_by IS DISTINCT FROM actor AND coalesce(NOT pg_visible_in_snapshot(changed_xid, as_of::pg_snapshot), false);

-- What a run has found out and still has to write, by candidate: gone when the run has ended.
CREATE TABLE filter_outcomes (
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    seq integer NOT NULL,
    candidate_id bigint NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('drop', 'flag', 'back')),
    position smallint NOT NULL,
    entry_id bigint,
    was_unknown boolean NOT NULL DEFAULT false,
    PRIMARY KEY (run_id, seq)
);

-- Why someone is out now, for the drawer, the grid and exports to join: at most one row a candidate.
CREATE VIEW exclusion_reasons AS
SELECT x.candidate_id, x.id AS exclusion_id, x.search_id, x.filter_status, x.was_unknown, x.created_at AS at,
    u.name AS who, f.id AS rule_id, coalesce(f.sentence, '') AS sentence, l.id AS list_id,
    coalesce(l.name, '') AS list_name, f.list_version, coalesce(e.label, '') AS entry, e.row_number AS entry_row
FROM exclusions x
JOIN users u ON u.id = x.user_id
LEFT JOIN filter_rules f ON f.id = x.rule_id
LEFT JOIN lists l ON l.id = f.list_id
LEFT JOIN list_entries e ON e.id = x.list_entry_id
WHERE x.restored_at IS NULL;

-- The ledger goes along when two people are merged, and back. The app's role may not write over its lines: this
-- changes whose they are, within one search, and nothing else.
CREATE FUNCTION move_exclusions(own bigint[], others bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE exclusions x SET candidate_id = g.own
    FROM unnest(own, others) AS g (own, other) JOIN candidates c ON c.id = g.own
    WHERE x.candidate_id = g.other AND x.search_id = c.search_id;
END;
CREATE FUNCTION move_exclusion(line bigint, owner bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE exclusions x SET candidate_id = c.id FROM candidates c
    WHERE x.id = line AND c.id = owner AND x.search_id = c.search_id;
END;

-- A merge keeps the lines of the ledger too.
INSERT INTO identity_tables (place, of, owner, key, columns) VALUES
    ('exclusions', 'members', '{candidate_id}', '{id}', NULL),
    ('filter_flags', 'members', '{candidate_id}', '{candidate_id,rule_id}', NULL);

-- Writes one row as a snapshot has it, as before; a line of the ledger changes hands by move_exclusion.
ALTER FUNCTION put_row(regclass, jsonb, jsonb, text) RENAME TO put_any_row;
CREATE FUNCTION put_row(target regclass, given_key jsonb, given jsonb, what text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF target = 'exclusions'::regclass AND what = 'update' AND given ? 'candidate_id' THEN
        PERFORM move_exclusion((given_key ->> 'id')::bigint, (given ->> 'candidate_id')::bigint);
        PERFORM put_any_row(target, given_key, given - 'candidate_id', what);
    ELSE
        PERFORM put_any_row(target, given_key, given, what);
    END IF;
END $$;
