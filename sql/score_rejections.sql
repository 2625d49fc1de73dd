-- count_figures --
-- Whom a rejection would reach, and what is doubtful about their scores: none at all, verdicts that are unknown (and
-- that nobody decided about), older criteria or another model.
WITH them AS MATERIALIZED (
    SELECT c.id, c.score FROM candidates c WHERE {where} AND c.stage <> 'rejected'
), judged AS (
    SELECT DISTINCT ON (t.id) t.id, q.rubric_id, bool_or(coalesce(v.decided, v.verdict) = 'unknown') AS unknown,
        bool_or(v.model <> %(model)s OR v.prompt_version <> %(prompt_version)s) AS other_model
    FROM them t JOIN verdicts v ON v.candidate_id = t.id JOIN criteria q ON q.id = v.criterion_id
    GROUP BY t.id, q.rubric_id ORDER BY t.id, q.rubric_id DESC
)
SELECT (SELECT count(*) FROM them) AS people, (SELECT count(*) FROM them WHERE score IS NULL) AS unscored,
    count(*) FILTER (WHERE j.unknown) AS unknown,
    count(*) FILTER (WHERE j.other_model
        OR j.rubric_id < (SELECT max(r.id) FROM rubrics r WHERE r.search_id = %(search_id)s)) AS stale
FROM judged j;

-- by_ids --
-- People chosen one by one.
c.search_id = {search} AND c.id = ANY ({ids})

-- but_ids --
-- Everyone of a view, but some.
({where}) AND c.id <> ALL ({ids})

-- count_view --
-- How many a view has.
SELECT count(*) AS people FROM candidates c WHERE {where};

-- fetch_bottom --
-- Whether some people are the lowest scored of a search: nobody who stays in has a lower score than one of them,
-- and someone stays who has as much or more. chosen: how many of them have a score and are not rejected yet.
WITH chosen AS MATERIALIZED (
    SELECT count(*) AS people, max(c.score) AS top FROM candidates c
    WHERE c.search_id = %(search_id)s AND c.id = ANY (%(ids)s) AND c.stage <> 'rejected' AND c.score IS NOT NULL)
SELECT people AS chosen,
    NOT EXISTS (SELECT FROM candidates c WHERE c.search_id = %(search_id)s AND c.score < chosen.top
        AND c.filter_status = 'active' AND c.stage <> 'rejected' AND c.id <> ALL (%(ids)s))
    AND EXISTS (SELECT FROM candidates c WHERE c.search_id = %(search_id)s AND c.score >= chosen.top
        AND c.filter_status = 'active' AND c.stage <> 'rejected' AND c.id <> ALL (%(ids)s)) AS lowest
FROM chosen;

-- insert_decision --
-- Who confirmed it, why, and what they were told.
INSERT INTO score_rejections (batch_id, search_id, user_id, people, unscored, unknown, stale, reason)
VALUES (%(batch_id)s, %(search_id)s, %(actor)s, %(people)s, %(unscored)s, %(unknown)s, %(stale)s, %(reason)s);
