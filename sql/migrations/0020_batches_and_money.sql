-- Batches whose answers nobody wants, what each was asked by, and calls that are written down once. Forward only.

-- forsaken: its people wait again or its run has ended, so nobody takes its answers. Where the vendor has it, or it
-- turns up there late, it is cancelled, and what of it was billed is written down.
ALTER TABLE screening_batches DROP CONSTRAINT screening_batches_state_check;
ALTER TABLE screening_batches ADD CONSTRAINT screening_batches_state_check
    CHECK (state IN ('preparing', 'sending', 'sent', 'answered', 'forsaken', 'ended'));

-- sending_at: since when it may exist at the vendor's, which is after its upload. model, api, prompt_version: what it
-- was asked by, whatever is set when its answers come. expected_: tokens of all its requests, in case nobody can ask any
-- more what they were.
ALTER TABLE screening_batches
    ADD COLUMN sending_at timestamptz,
    ADD COLUMN model text NOT NULL DEFAULT '',
    ADD COLUMN api text NOT NULL DEFAULT '',
    ADD COLUMN prompt_version text NOT NULL DEFAULT '',
    ADD COLUMN expected_input bigint NOT NULL DEFAULT 0,
    ADD COLUMN expected_output bigint NOT NULL DEFAULT 0;

-- One a call, made before it: where the answer to a commit is lost, the second try writes nothing.
ALTER TABLE api_usage ADD COLUMN call_id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX api_usage_call ON api_usage (call_id);
ALTER TABLE ai_decisions ADD COLUMN call_id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX ai_decisions_call ON ai_decisions (call_id);

-- Whether the newest criteria of the search still ask one of a version's questions about the same job: else no
-- answer to that version is of use to anyone.
CREATE FUNCTION rubric_wanted(rubric bigint) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM rubrics mine
    JOIN rubrics newest ON newest.search_id = mine.search_id AND newest.job_description = mine.job_description
    JOIN criteria asked ON asked.rubric_id = mine.id
    JOIN criteria still ON still.rubric_id = newest.id AND still.question = asked.question
    WHERE mine.id = rubric AND newest.version = (
        SELECT max(v.version) FROM rubrics v WHERE v.search_id = mine.search_id));
