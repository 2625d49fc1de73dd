-- fetch_seen --
-- Whether the actor may see a search.
SELECT s.id FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- fetch_mentionable --
-- Who may see a search, and so may be named in its notes, whose names contain what was typed: those that begin with
-- it first. No row for a search that is not the actor's to see.
SELECT u.id, u.name FROM users u JOIN searches s ON s.id = %(search_id)s
WHERE search_visible(s, %(actor)s, %(role)s) AND u.disabled_at IS NULL AND search_visible(s, u.id, u.role)
    AND u.id <> %(actor)s AND sx_key(u.name) LIKE sx_contains(%(typed)s)
ORDER BY NOT sx_key(u.name) LIKE sx_starts(%(typed)s), lower(u.name), u.id LIMIT %(most)s;

-- find_named --
-- Whom a text names, of those who may see the search: @ and their whole name, in any case.
SELECT u.id, u.name FROM users u JOIN searches s ON s.id = %(search_id)s
WHERE search_visible(s, u.id, u.role) AND u.disabled_at IS NULL AND u.id <> %(actor)s
    AND strpos(sx_key(%(body)s), '@' || sx_key(u.name)) > 0
ORDER BY length(u.name) DESC, u.id LIMIT 200;

-- keep_mentions --
-- Whom a note names, with the note.
UPDATE notes SET mentions = %(people)s WHERE id = %(note_id)s AND user_id = %(actor)s;

-- count_unread --
-- How many notes name the actor that they have not read, in searches that they may still see; at most so many.
SELECT count(*) AS unread FROM (
    SELECT FROM notes n JOIN candidates c ON c.id = n.candidate_id JOIN searches s ON s.id = c.search_id
    WHERE n.mentions <> '{}' AND n.mentions @> ARRAY[%(actor)s::bigint] AND search_visible(s, %(actor)s, %(role)s)
        AND NOT EXISTS (SELECT FROM mention_reads r WHERE r.user_id = %(actor)s AND r.note_id = n.id)
    LIMIT %(most)s) AS found;

-- fetch_mentions --
-- Notes that name the actor, in searches that they may still see, the newest first; older than `before` where given.
SELECT n.id AS note_id, u.name AS author, n.created_at AS at, n.body, s.id AS search_id, s.title,
    c.id AS candidate_id, p.full_name, r.note_id IS NULL AS unread
FROM notes n JOIN users u ON u.id = n.user_id JOIN candidates c ON c.id = n.candidate_id
JOIN searches s ON s.id = c.search_id JOIN profiles p ON p.id = c.profile_id
LEFT JOIN mention_reads r ON r.user_id = %(actor)s AND r.note_id = n.id
WHERE n.mentions <> '{}' AND n.mentions @> ARRAY[%(actor)s::bigint] AND search_visible(s, %(actor)s, %(role)s)
    AND (%(before)s::bigint IS NULL OR n.id < %(before)s::bigint)
ORDER BY n.id DESC LIMIT %(most)s;

-- read_about --
-- Whoever has a person before them has read what is written there.
INSERT INTO mention_reads (user_id, note_id)
SELECT %(actor)s, n.id FROM notes n JOIN candidates c ON c.id = n.candidate_id JOIN searches s ON s.id = c.search_id
WHERE n.candidate_id = %(candidate_id)s AND n.mentions <> '{}' AND n.mentions @> ARRAY[%(actor)s::bigint]
    AND search_visible(s, %(actor)s, %(role)s)
ON CONFLICT DO NOTHING;

-- read_all --
-- All of them, as far as the actor may see them.
INSERT INTO mention_reads (user_id, note_id)
SELECT %(actor)s, n.id FROM notes n JOIN candidates c ON c.id = n.candidate_id JOIN searches s ON s.id = c.search_id
WHERE n.mentions <> '{}' AND n.mentions @> ARRAY[%(actor)s::bigint] AND search_visible(s, %(actor)s, %(role)s)
ON CONFLICT DO NOTHING;
