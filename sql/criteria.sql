-- fetch_criteria --
-- The criteria of a search's newest rubric as columns of its grid; none where the actor may not see the search.
SELECT question_field(k.question) AS field, k.title, k.kind
FROM rubrics r JOIN searches s ON s.id = r.search_id JOIN criteria k ON k.rubric_id = r.id
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s)
    AND r.version = (SELECT max(n.version) FROM rubrics n WHERE n.search_id = s.id)
ORDER BY k.position;

-- fetch_titles --
-- What questions that were ever asked in a search are called, by the last version that asked them.
SELECT DISTINCT ON (field) question_field(k.question) AS field, k.title, k.kind
FROM rubrics r JOIN searches s ON s.id = r.search_id JOIN criteria k ON k.rubric_id = r.id
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s)
ORDER BY field, r.version DESC;

-- fetch_scores --
-- Of some candidates: by which rubric they were judged last, and what may have changed since.
WITH judged AS MATERIALIZED (
    SELECT v.candidate_id, max(k.rubric_id) AS rubric_id FROM verdicts v JOIN criteria k ON k.id = v.criterion_id
    WHERE v.candidate_id = ANY (%(ids)s::bigint[]) GROUP BY v.candidate_id)
SELECT v.candidate_id AS id, j.rubric_id <> (
        SELECT n.id FROM rubrics n WHERE n.search_id = %(search_id)s ORDER BY n.version DESC LIMIT 1) AS other_criteria,
    bool_or((v.model, v.prompt_version) <> (%(model)s, %(prompt_version)s)) AS other_model,
    CASE WHEN bool_or(p.updated_at > v.created_at) THEN array_agg(DISTINCT v.input_hash) END AS hashes
FROM judged j JOIN criteria k ON k.rubric_id = j.rubric_id
JOIN verdicts v ON v.candidate_id = j.candidate_id AND v.criterion_id = k.id
JOIN candidates c ON c.id = v.candidate_id AND c.search_id = %(search_id)s JOIN profiles p ON p.id = c.profile_id
GROUP BY v.candidate_id, j.rubric_id;

-- fetch_verdicts --
-- Of some candidates the verdict that counts on each question of the newest rubric, whichever version asked it.
WITH newest AS (
    SELECT id, job_description FROM rubrics WHERE search_id = %(search_id)s ORDER BY version DESC LIMIT 1),
asked AS MATERIALIZED (
    SELECT o.id, question_field(q.question) AS field, r.job_description = n.job_description AS same_job
    FROM newest n JOIN criteria q ON q.rubric_id = n.id JOIN rubrics r ON r.search_id = %(search_id)s
    JOIN criteria o ON o.rubric_id = r.id AND o.question = q.question)
SELECT DISTINCT ON (v.candidate_id, a.field) v.candidate_id AS id, a.field, v.verdict, v.decided, a.same_job,
    (v.model, v.prompt_version) = (%(model)s, %(prompt_version)s) AS same_model,
    CASE WHEN p.updated_at > v.created_at THEN v.input_hash END AS hash
FROM asked a JOIN verdicts v ON v.criterion_id = a.id AND v.candidate_id = ANY (%(ids)s::bigint[])
JOIN candidates c ON c.id = v.candidate_id AND c.search_id = %(search_id)s JOIN profiles p ON p.id = c.profile_id
ORDER BY v.candidate_id, a.field, v.criterion_id DESC;

-- fetch_decided_fits --
-- Of some candidates the fit that a person decided last, beside what the verdicts came to.
SELECT DISTINCT ON (o.candidate_id) o.candidate_id AS id, o.model_fit
FROM overrides o JOIN candidates c ON c.id = o.candidate_id AND c.search_id = %(search_id)s
WHERE o.candidate_id = ANY (%(ids)s::bigint[]) AND o.fit IS NOT NULL AND o.undone_at IS NULL
ORDER BY o.candidate_id, o.id DESC;

-- lock_verdict --
-- A verdict in a search that the actor may change, to be decided about; the candidate is locked before.
SELECT v.verdict, v.decided
FROM verdicts v JOIN candidates c ON c.id = v.candidate_id JOIN searches s ON s.id = c.search_id
WHERE v.candidate_id = %(candidate_id)s AND v.criterion_id = %(criterion_id)s AND s.id = %(search_id)s
    AND search_editable(s, %(actor)s, %(role)s)
FOR NO KEY UPDATE OF v;

-- decide_verdict --
-- A person's word on it.
UPDATE verdicts SET decided = %(verdict)s WHERE candidate_id = %(candidate_id)s AND criterion_id = %(criterion_id)s;

-- insert_decision --
-- The person's verdict beside the model's; both are kept.
INSERT INTO overrides (candidate_id, user_id, criterion_id, model_verdict, verdict, reason, batch_id)
VALUES (%(candidate_id)s, %(actor)s, %(criterion_id)s, %(model_verdict)s, %(verdict)s, %(reason)s, %(batch_id)s);

-- update_score --
-- What the verdicts come to now; a fit that a person decided as a whole stays.
UPDATE candidates c SET score = %(score)s, fit = coalesce((
    SELECT o.fit FROM overrides o WHERE o.candidate_id = c.id AND o.fit IS NOT NULL AND o.undone_at IS NULL
    ORDER BY o.id DESC LIMIT 1), %(fit)s)
WHERE c.id = %(candidate_id)s
RETURNING c.fit;

-- update_fit_alone --
-- The same of someone who has no verdicts: the score, if there is one, came with a file.
UPDATE candidates c SET fit = coalesce((
    SELECT o.fit FROM overrides o WHERE o.candidate_id = c.id AND o.fit IS NOT NULL AND o.undone_at IS NULL
    ORDER BY o.id DESC LIMIT 1), %(fit)s)
WHERE c.id = %(candidate_id)s;

-- fetch_decided --
-- What people decided about verdicts of a rubric on some candidates.
SELECT v.candidate_id, v.criterion_id, v.decided FROM verdicts v JOIN criteria k ON k.id = v.criterion_id
WHERE v.candidate_id = ANY (%(ids)s::bigint[]) AND k.rubric_id = %(rubric_id)s AND v.decided IS NOT NULL;

-- fetch_rubrics --
-- The versions of a search's criteria, newest first.
SELECT r.id, r.version, r.created_at FROM rubrics r JOIN searches s ON s.id = r.search_id
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s) ORDER BY r.version DESC LIMIT 100;

-- count_agreement --
-- What people decided about verdicts of a version, beside what the model says: how many, for each criterion and pair.
-- A question that an earlier version asked already counts with its newest verdict.
WITH asked AS MATERIALIZED (
    SELECT q.id AS criterion_id, o.id
    FROM rubrics r JOIN searches s ON s.id = r.search_id JOIN criteria q ON q.rubric_id = r.id
    JOIN rubrics e ON e.search_id = r.search_id AND e.version <= r.version
    JOIN criteria o ON o.rubric_id = e.id AND o.question = q.question
    WHERE s.id = %(search_id)s AND r.version = %(version)s AND search_visible(s, %(actor)s, %(role)s)),
newest AS (
    SELECT a.criterion_id, max(verdict_code(v.criterion_id, v.verdict, v.decided)) & 15 AS code
    FROM asked a JOIN verdicts v ON v.criterion_id = a.id WHERE v.decided IS NOT NULL
    GROUP BY a.criterion_id, v.candidate_id)
SELECT question_field(k.question) AS field, k.title, k.kind, n.code::int AS code, count(n.code) AS people
FROM criteria k JOIN (SELECT DISTINCT criterion_id FROM asked) AS a ON a.criterion_id = k.id
LEFT JOIN newest n ON n.criterion_id = k.id
GROUP BY k.id, n.code ORDER BY k.position, n.code DESC;

-- count_drift --
-- How many verdicts that were given by each version people decided about, and how often they agreed; the newest versions
-- that have any, the newest first. A criterion that was put into other words keeps its title.
WITH judged AS MATERIALIZED (
    SELECT r.version, k.title, k.position, v.verdict = v.decided AS agreed, v.model
    FROM searches s JOIN rubrics r ON r.search_id = s.id JOIN criteria k ON k.rubric_id = r.id
    JOIN verdicts v ON v.criterion_id = k.id AND v.decided IS NOT NULL
    WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s))
SELECT version, title, count(*) AS judged, count(*) FILTER (WHERE agreed) AS agreed, array_agg(DISTINCT model) AS models
FROM judged
WHERE version IN (SELECT DISTINCT version FROM judged ORDER BY version DESC LIMIT %(limit)s)
GROUP BY version, title ORDER BY version DESC, min(position);
