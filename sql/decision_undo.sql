-- insert_change --
-- What a decision made of what.
INSERT INTO changes (batch_id, candidate_id, field, old, new)
VALUES (%(batch_id)s, %(candidate_id)s, %(field)s, nullif(%(old)s::jsonb, 'null'), %(new)s::jsonb);

-- take_back_verdict --
-- A verdict as it was before a decision, in every version of the criteria that took it over. No row where somebody has
-- decided about the question since, or the verdict is not what the decision made of it.
WITH made AS (
    SELECT o.id, o.candidate_id, o.criterion_id, k.question, r.search_id, h.field, h.old, h.new
    FROM changes h JOIN overrides o ON o.batch_id = h.batch_id AND o.candidate_id = h.candidate_id
    JOIN criteria k ON k.id = o.criterion_id JOIN rubrics r ON r.id = k.rubric_id
    WHERE h.batch_id = %(undoes)s AND h.candidate_id = %(candidate_id)s AND h.field = %(field)s
        AND o.undone_at IS NULL AND NOT EXISTS (
            SELECT FROM overrides n JOIN criteria l ON l.id = n.criterion_id
            WHERE n.candidate_id = o.candidate_id AND l.question = k.question AND n.id > o.id AND n.undone_at IS NULL)
), back AS (
    UPDATE verdicts v SET decided = m.old #>> '{}'
    FROM made m JOIN rubrics r ON r.search_id = m.search_id
    JOIN criteria k ON k.rubric_id = r.id AND k.question = m.question AND k.id >= m.criterion_id
    WHERE v.candidate_id = m.candidate_id AND v.criterion_id = k.id AND v.decided = m.new #>> '{}'
    RETURNING v.criterion_id
), marked AS (
    UPDATE overrides o SET undone_at = now() FROM made m WHERE o.id = m.id AND EXISTS (SELECT FROM back)
)
INSERT INTO changes (batch_id, candidate_id, field, old, new)
SELECT %(batch_id)s, m.candidate_id, m.field, m.new, m.old FROM made m WHERE EXISTS (SELECT FROM back)
RETURNING new #>> '{}' AS before;

-- take_back_fit --
-- A decision about a fit stands no more. No row where somebody has decided about it since.
WITH made AS (
    SELECT o.id, o.candidate_id, h.field, h.old, h.new
    FROM changes h JOIN overrides o ON o.batch_id = h.batch_id AND o.candidate_id = h.candidate_id
    WHERE h.batch_id = %(undoes)s AND h.candidate_id = %(candidate_id)s AND h.field = %(field)s
        AND o.fit IS NOT NULL AND o.undone_at IS NULL AND NOT EXISTS (
            SELECT FROM overrides n WHERE n.candidate_id = o.candidate_id AND n.fit IS NOT NULL AND n.id > o.id
                AND n.undone_at IS NULL)
), marked AS (
    UPDATE overrides o SET undone_at = now() FROM made m WHERE o.id = m.id
)
INSERT INTO changes (batch_id, candidate_id, field, old, new)
SELECT %(batch_id)s, m.candidate_id, m.field, m.new, m.old FROM made m
RETURNING new #>> '{}' AS before;
