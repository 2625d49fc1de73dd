-- Criteria in the grid: what each is called there, which verdict counts, and a person's word on a single verdict.

-- A criterion's column is known by its question, so that it outlives versions of the rubric.
CREATE FUNCTION question_field(question text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 'criterion_' || left(md5(question), 12);

-- The criteria behind a column: those that ask its question, in all versions of a search's rubric.
CREATE FUNCTION criteria_asking(search uuid, field text) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 BEGIN ATOMIC
    SELECT k.id FROM rubrics r JOIN criteria k ON k.rubric_id = r.id
    WHERE r.search_id = search AND question_field(k.question) = field;
END;

-- What a person decided about one verdict; NULL where nobody did. The model's own stays beside it.
ALTER TABLE verdicts ADD COLUMN decided text CHECK (decided IN ('pass', 'fail', 'unknown'));

-- A verdict as one number: the greatest of a person's on one question is the one that counts, as a later version has
-- a greater criterion. Its last four bits: what the model said, and what a person decided, or 0.
CREATE FUNCTION verdict_code(criterion bigint, verdict text, decided text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN criterion * 16
    + 4 * CASE verdict WHEN 'fail' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END
    + CASE decided WHEN 'fail' THEN 1 WHEN 'unknown' THEN 2 WHEN 'pass' THEN 3 ELSE 0 END;

-- A filter or a facet reads one criterion's verdicts from the index alone.
CREATE INDEX verdicts_criterion ON verdicts (criterion_id, candidate_id) INCLUDE (verdict, decided);
CREATE INDEX verdicts_decided ON verdicts (criterion_id) WHERE decided IS NOT NULL;

-- A decision is about a fit, or about one verdict. Whoever agrees with the model needs no reason.
ALTER TABLE overrides
    ADD COLUMN criterion_id bigint,
    ADD COLUMN model_verdict text CHECK (model_verdict IN ('pass', 'fail', 'unknown')),
    ADD COLUMN verdict text CHECK (verdict IN ('pass', 'fail', 'unknown')),
    ALTER COLUMN fit DROP NOT NULL,
    DROP CONSTRAINT overrides_reason_check,
    ADD CONSTRAINT overrides_reason CHECK (reason <> '' OR coalesce(verdict = model_verdict, false)),
    ADD CONSTRAINT overrides_of_one CHECK (
        num_nonnulls(criterion_id, model_verdict, verdict) = CASE WHEN fit IS NULL THEN 3 ELSE 0 END);
