-- fetch_rubric --
-- A rubric as the actor sees it, the newest one unless an id is given; no row without one or the right.
SELECT r.id, r.search_id, r.version, r.job_description, r.created_at, u.name AS created_by,
    search_editable(s, %(actor)s, %(role)s) AS editable
FROM rubrics r JOIN searches s ON s.id = r.search_id JOIN users u ON u.id = r.created_by
WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s)
    AND (%(rubric_id)s::bigint IS NULL OR r.id = %(rubric_id)s::bigint)
ORDER BY r.version DESC LIMIT 1;

-- fetch_criteria --
-- The criteria of a rubric, in order; at most a dozen.
SELECT id, title, question, kind, weight FROM criteria WHERE rubric_id = %(rubric_id)s ORDER BY position;

-- fetch_search --
-- What the screening page needs of a search; no row when it is missing or not the actor's to see.
SELECT s.title, s.job_description, search_editable(s, %(actor)s, %(role)s) AS editable,
    (SELECT max(r.id) FROM runs r WHERE r.search_id = s.id AND r.kind = 'screen') AS latest_run
FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- lock_screening --
-- One writer of a search's rubrics and screenings at a time; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('sourcingx screening ' || %(search_id)s::text, 0));

-- update_job_description --
-- Kept on the search as typed; touches no row unless the actor may change the search.
UPDATE searches s SET job_description = %(job_description)s
WHERE s.id = %(search_id)s AND search_editable(s, %(actor)s, %(role)s);

-- insert_rubric --
-- The next version; versions are never changed afterwards.
INSERT INTO rubrics (search_id, version, job_description, created_by)
SELECT %(search_id)s, coalesce(max(version), 0) + 1, %(job_description)s, %(actor)s
FROM rubrics WHERE search_id = %(search_id)s
RETURNING id;

-- insert_criteria --
-- The criteria of a new version, in order.
INSERT INTO criteria (rubric_id, position, title, question, kind, weight)
SELECT %(rubric_id)s, u.n, u.title, u.question, u.kind, u.weight
FROM unnest(%(titles)s::text[], %(questions)s::text[], %(kinds)s::text[], %(weights)s::numeric[])
    WITH ORDINALITY AS u (title, question, kind, weight, n);

-- fetch_open_run --
-- A screening of this search that has not ended, other than one that is named.
SELECT id, user_id, params, state FROM runs
WHERE search_id = %(search_id)s AND kind = 'screen' AND state IN ('queued', 'running', 'paused')
    AND id IS DISTINCT FROM %(but)s::bigint LIMIT 1;

-- reopen_run --
-- Back to waiting, for one that was paused or has ended; the starter or an admin, who may still change the search.
UPDATE runs r SET state = 'queued', finished_at = NULL, message = '', cancel_requested = false, pause_requested = false,
    attempts = 0, failed = 0, done = r.done - r.failed,
    counts = r.counts - 'waiting' - '_held' - '_needs' - '_again_at',
    params = CASE WHEN %(budget)s::text IS NULL THEN r.params
        ELSE r.params || jsonb_build_object('budget', %(budget)s::text) END
FROM searches s
WHERE r.id = %(run_id)s AND r.kind = 'screen' AND r.state IN ('paused', 'done', 'failed', 'cancelled')
    AND s.id = r.search_id AND search_editable(s, %(actor)s, %(role)s)
    AND (r.user_id = %(actor)s OR %(role)s = 'admin')
RETURNING r.user_id, r.search_id, (r.params ->> 'rubric_id')::bigint AS rubric_id;

-- is_going_on --
-- Whether a screening that the actor may take up waits or runs already.
SELECT id FROM runs WHERE id = %(run_id)s AND kind = 'screen' AND state IN ('queued', 'running') AND NOT pause_requested
    AND NOT cancel_requested AND (user_id = %(actor)s OR %(role)s = 'admin');

-- set_budget --
-- Another budget for a paused screening, of whoever may take it up.
UPDATE runs SET params = params || jsonb_build_object('budget', %(budget)s::text)
WHERE id = %(run_id)s AND kind = 'screen' AND state = 'paused' AND (user_id = %(actor)s OR %(role)s = 'admin');

-- request_pause --
-- Asks a screening to pause; one that waits pauses at once. No row unless the actor started it or is an admin.
UPDATE runs SET pause_requested = true, state = CASE WHEN state = 'queued' THEN 'paused' ELSE state END,
    message = CASE WHEN state = 'queued' THEN %(message)s ELSE message END
WHERE id = %(run_id)s AND kind = 'screen' AND state IN ('queued', 'running') AND NOT cancel_requested
    AND (user_id = %(actor)s OR %(role)s = 'admin')
RETURNING state;

-- fetch_orders --
-- What a running screening has to obey.
SELECT r.pause_requested, h.message AS hold FROM runs r LEFT JOIN model_holds h ON h.account = %(account)s
WHERE r.id = %(run_id)s;

-- fetch_held --
-- The account that a paused run waits for; no row unless the actor may take it up.
SELECT r.counts ->> '_held' AS account FROM runs r
WHERE r.id = %(run_id)s AND r.kind = 'screen' AND r.state = 'paused' AND r.counts ->> '_held' IS NOT NULL
    AND (r.user_id = %(actor)s OR %(role)s = 'admin');

-- revive_items --
-- What could not be screened gets all its attempts again; that those were calls is kept with the run.
WITH before AS (
    SELECT coalesce(sum(attempts), 0) AS calls FROM screening_items
    WHERE run_id = %(run_id)s AND state IN ('dead', 'retry', 'leased')),
revived AS (
    UPDATE screening_items SET state = 'pending', attempts = 0, not_before = now(), reason = '', lease_token = NULL
    WHERE run_id = %(run_id)s AND state IN ('dead', 'retry', 'leased'))
UPDATE runs SET counts = counts || jsonb_build_object(
    '_calls_before', coalesce((counts ->> '_calls_before')::bigint, 0) + before.calls)
FROM before WHERE id = %(run_id)s;

-- fetch_dead --
-- People whom a run could not screen, with the reason.
SELECT i.candidate_id, p.full_name, i.reason, i.attempts
FROM screening_items i JOIN candidates c ON c.id = i.candidate_id JOIN profiles p ON p.id = c.profile_id
JOIN searches s ON s.id = c.search_id
WHERE i.run_id = %(run_id)s AND i.state = 'dead' AND search_visible(s, %(actor)s, %(role)s)
ORDER BY i.reason, i.candidate_id LIMIT %(limit)s;

-- fetch_suspects --
-- People of a run whose profile has text that reads like an order to the model.
SELECT i.candidate_id, p.full_name, i.suspect
FROM screening_items i JOIN candidates c ON c.id = i.candidate_id JOIN profiles p ON p.id = c.profile_id
JOIN searches s ON s.id = c.search_id
WHERE i.run_id = %(run_id)s AND i.suspect <> '' AND search_visible(s, %(actor)s, %(role)s)
ORDER BY i.candidate_id LIMIT %(limit)s;

-- fetch_sample --
-- Some candidates of a view, from anywhere in it: the order of hashes follows no other.
SELECT c.id FROM candidates c WHERE {where} AND mod(hashint8(c.id), %(every)s) = 0
ORDER BY hashint8(c.id), c.id LIMIT %(limit)s;

-- count_judged --
-- Who of a view has verdicts on which questions of a rubric, given under any version like it, by the model that asks
-- now. Questions are bits, by their place. sure: the profile was not written since; seen: with those where it was. Of
-- people where the two differ some ids, since only what they look like now can tell. Twelve questions in three states
-- are the most groups that there can be.
WITH same AS MATERIALIZED (
    SELECT q.position - 1 AS place, o.id
    FROM criteria q JOIN rubrics r ON r.id = q.rubric_id
    JOIN rubrics earlier ON earlier.search_id = r.search_id AND earlier.job_description = r.job_description
    JOIN criteria o ON o.rubric_id = earlier.id AND o.question = q.question
    WHERE q.rubric_id = %(rubric_id)s),
judged AS (
    SELECT c.id, bit_or(1 << a.place) AS seen,
        coalesce(bit_or(1 << a.place) FILTER (WHERE v.created_at >= p.updated_at), 0) AS sure
    FROM candidates c JOIN profiles p ON p.id = c.profile_id JOIN verdicts v ON v.candidate_id = c.id
    JOIN same a ON a.id = v.criterion_id
    WHERE {where} AND c.screened_at IS NOT NULL AND v.model = %(model)s AND v.prompt_version = %(prompt_version)s
    GROUP BY c.id)
SELECT sure, seen, count(*) AS people, coalesce(
    (array_agg(id ORDER BY hashint8(id), id) FILTER (WHERE sure <> seen))[:%(most)s::int], '{{}}') AS doubtful
FROM judged GROUP BY sure, seen LIMIT 531441;

-- fetch_profiles --
-- What a model may see of some candidates; names only to withhold them. Education without years: they tell the age.
SELECT c.id, p.full_name, p.first_name, p.last_name, p.headline, p.title, p.company, p.location, p.country,
    p.industry, p.summary, array_to_string(p.skills, ', ') AS skills,
    p.years_experience::text AS years_experience, p.current_tenure_months::text AS current_tenure_months,
    p.average_tenure_months::text AS average_tenure_months,
    (SELECT string_agg(concat(coalesce(to_char(j.started_on, 'YYYY-MM'), '?'), ' to ',
            CASE WHEN j.is_current THEN 'now' ELSE coalesce(to_char(j.ended_on, 'YYYY-MM'), '?') END, ': ',
            concat_ws(', ', nullif(j.title, ''), nullif(j.company, ''), nullif(j.location, '')),
            CASE WHEN j.description <> '' THEN '. ' || left(j.description, 2000) END),
            E'\n' ORDER BY j.is_current DESC, j.started_on DESC NULLS LAST, j.id)
        FROM (SELECT * FROM positions WHERE profile_id = p.id ORDER BY is_current DESC, started_on DESC NULLS LAST, id
            LIMIT 30) AS j) AS positions,
    (SELECT string_agg(concat_ws(', ', nullif(e.degree, ''), nullif(e.field_of_study, ''), nullif(e.school, '')),
            E'\n' ORDER BY e.ended_on DESC NULLS LAST, e.id)
        FROM (SELECT * FROM educations WHERE profile_id = p.id ORDER BY ended_on DESC NULLS LAST, id LIMIT 10) AS e
    ) AS educations
FROM candidates c JOIN profiles p ON p.id = c.profile_id
WHERE c.id = ANY (%(ids)s) AND c.search_id = %(search_id)s;

-- insert_items --
-- Everyone of a view becomes an item of the run; who is one already stays as they are.
INSERT INTO screening_items (run_id, candidate_id)
SELECT %(run_id)s, c.id FROM candidates c
WHERE {where} AND EXISTS (
    SELECT FROM searches s WHERE s.id = c.search_id AND search_editable(s, %(actor)s, %(role)s))
ON CONFLICT DO NOTHING;

-- free_items --
-- What an earlier worker of this run was at when it died; this run's lease is ours, so nobody works on them.
UPDATE screening_items SET state = 'pending', lease_token = NULL, worker = NULL
WHERE run_id = %(run_id)s AND state = 'leased' AND lease_token IS DISTINCT FROM %(token)s;

-- claim_items --
-- Some items that are due, for the worker that holds the run; none when it holds it no more.
WITH due AS MATERIALIZED (
    SELECT candidate_id FROM screening_items
    WHERE run_id = %(run_id)s AND state IN ('pending', 'retry') AND not_before <= now()
    ORDER BY not_before LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE screening_items i SET state = 'leased', lease_token = r.lease_token, worker = r.worker
FROM runs r
WHERE r.id = %(run_id)s AND r.lease_token = %(token)s AND i.run_id = r.id
    AND i.candidate_id IN (SELECT candidate_id FROM due)
RETURNING i.candidate_id, i.attempts;

-- fetch_next_due --
-- Seconds until the next item is due; no row when none waits.
SELECT extract(epoch FROM min(not_before) - now())::float8 AS seconds
FROM screening_items WHERE run_id = %(run_id)s AND state IN ('pending', 'retry') HAVING count(*) > 0;

-- count_items --
-- Where a run stands; an attempt is a call whose end was written down, also of those that were given anew since.
SELECT count(*) AS total, count(*) FILTER (WHERE state = 'done') AS screened,
    count(*) FILTER (WHERE state = 'dead') AS dead, count(*) FILTER (WHERE state = 'sent') AS sent,
    count(*) FILTER (WHERE state = 'done' AND attempts = 0) AS reused, count(*) FILTER (WHERE suspect <> '') AS suspect,
    (coalesce(sum(attempts), 0) + coalesce((
        SELECT (r.counts ->> '_calls_before')::bigint FROM runs r WHERE r.id = %(run_id)s), 0))::int AS calls,
    coalesce(sum(tokens), 0)::bigint AS tokens, coalesce(sum(cost), 0) AS cost
FROM screening_items WHERE run_id = %(run_id)s;

-- fetch_known --
-- Verdicts that still hold: the same question, job description, profile, model and prompt, in any version.
SELECT DISTINCT ON (u.candidate_id, q.id) u.candidate_id, q.id AS criterion_id, v.verdict, v.evidence_field,
    v.evidence_quote, v.criterion_id = q.id AS own
FROM unnest(%(ids)s::bigint[], %(hashes)s::text[]) AS u (candidate_id, input_hash)
CROSS JOIN criteria q
JOIN rubrics r ON r.id = q.rubric_id
JOIN rubrics earlier ON earlier.search_id = r.search_id AND earlier.job_description = r.job_description
JOIN criteria o ON o.rubric_id = earlier.id AND o.question = q.question
JOIN verdicts v ON v.candidate_id = u.candidate_id AND v.criterion_id = o.id AND v.input_hash = u.input_hash
WHERE q.rubric_id = %(rubric_id)s AND v.model = %(model)s AND v.prompt_version = %(prompt_version)s
ORDER BY u.candidate_id, q.id, own DESC, v.created_at DESC;

-- finish_items --
-- The end of some items, for whoever holds their lease; no row for those that someone else has now.
UPDATE screening_items i SET state = 'done', lease_token = NULL, reason = '', tokens = i.tokens + u.tokens,
    cost = i.cost + u.cost, attempts = i.attempts + u.called::int, suspect = u.suspect
FROM unnest(%(ids)s::bigint[], %(tokens)s::int[], %(costs)s::numeric[], %(called)s::bool[], %(suspects)s::text[])
    AS u (candidate_id, tokens, cost, called, suspect)
WHERE i.run_id = %(run_id)s AND i.candidate_id = u.candidate_id AND i.lease_token = %(token)s AND i.state = 'leased'
RETURNING i.candidate_id;

-- upsert_verdicts --
-- The latest verdict of each criterion on each candidate. What a person decided about the question before stays.
INSERT INTO verdicts (candidate_id, criterion_id, run_id, input_hash, model, prompt_version, verdict,
    evidence_field, evidence_quote, decided)
SELECT u.candidate_id, u.criterion_id, %(run_id)s, u.input_hash, %(model)s, %(prompt_version)s, u.verdict,
    u.field, u.quote, (
        SELECT e.decided FROM criteria q JOIN rubrics r ON r.id = q.rubric_id
        JOIN rubrics b ON b.search_id = r.search_id JOIN criteria k ON k.rubric_id = b.id AND k.question = q.question
        JOIN verdicts e ON e.criterion_id = k.id AND e.candidate_id = u.candidate_id
        WHERE q.id = u.criterion_id AND e.decided IS NOT NULL ORDER BY e.criterion_id DESC LIMIT 1)
FROM unnest(%(ids)s::bigint[], %(criteria)s::bigint[], %(hashes)s::text[], %(verdicts)s::text[], %(fields)s::text[],
    %(quotes)s::text[]) AS u (candidate_id, criterion_id, input_hash, verdict, field, quote)
ON CONFLICT (candidate_id, criterion_id) DO UPDATE SET run_id = excluded.run_id, input_hash = excluded.input_hash,
    model = excluded.model, prompt_version = excluded.prompt_version, verdict = excluded.verdict,
    evidence_field = excluded.evidence_field, evidence_quote = excluded.evidence_quote, created_at = now();

-- insert_decisions --
-- One line for each score that the model's verdicts came to, never changed afterwards. What people decided stands apart.
INSERT INTO ai_decisions (candidate_id, rubric_id, run_id, user_id, model, prompt_version, input_hash, output, score,
    fit, tokens, call_id)
SELECT u.candidate_id, %(rubric_id)s, %(run_id)s, %(user_id)s, %(model)s, %(prompt_version)s, u.input_hash, u.output,
    u.score, u.fit, u.tokens, u.call_id
FROM unnest(%(ids)s::bigint[], %(hashes)s::text[], %(outputs)s::jsonb[], %(scores)s::numeric[], %(fits)s::text[],
    %(tokens)s::int[], %(calls)s::uuid[]) AS u (candidate_id, input_hash, output, score, fit, tokens, call_id)
ON CONFLICT (call_id) DO NOTHING;

-- lock_candidates --
-- In the order of their ids, so that two writers of many cannot wait for each other.
SELECT id FROM candidates WHERE id = ANY (%(ids)s) ORDER BY id FOR NO KEY UPDATE;

-- update_candidates --
-- Score and fit as the grid shows them; a fit that a person decided stays. Never the stage.
UPDATE candidates c SET score = u.score, screened_at = now(),
    fit = coalesce(o.fit, u.fit)
FROM unnest(%(ids)s::bigint[], %(scores)s::numeric[], %(fits)s::text[], %(fresh)s::bool[])
    AS u (candidate_id, score, fit, fresh)
LEFT JOIN LATERAL (
    SELECT d.fit FROM overrides d WHERE d.candidate_id = u.candidate_id AND d.fit IS NOT NULL AND d.undone_at IS NULL
    ORDER BY d.id DESC LIMIT 1) AS o ON true
WHERE c.id = u.candidate_id
    AND (u.fresh OR c.screened_at IS NULL OR (c.score, c.fit) IS DISTINCT FROM (u.score, coalesce(o.fit, u.fit)));

-- fail_item --
-- A failed call: again later, or dead with its reason. No row when someone else has the item now.
UPDATE screening_items SET state = %(state)s, lease_token = NULL, reason = %(reason)s, tokens = tokens + %(tokens)s,
    cost = cost + %(cost)s, attempts = attempts + %(is_attempt)s::boolean::int, not_before = now() + make_interval(secs => %(delay_s)s)
WHERE run_id = %(run_id)s AND candidate_id = %(candidate_id)s AND lease_token = %(token)s AND state = 'leased'
RETURNING candidate_id;

-- charge_items --
-- What calls cost whose answers nobody takes.
UPDATE screening_items i SET tokens = i.tokens + u.tokens, cost = i.cost + u.cost
FROM unnest(%(ids)s::bigint[], %(tokens)s::int[], %(costs)s::numeric[]) AS u (candidate_id, tokens, cost)
WHERE i.run_id = %(run_id)s AND i.candidate_id = u.candidate_id;

-- reopen_due --
-- Screenings whose vendor could not be asked for a while go on.
UPDATE runs SET state = 'queued', finished_at = NULL, message = '', attempts = 0,
    counts = counts - '_needs' - '_again_at' - 'waiting'
WHERE state = 'paused' AND kind = 'screen' AND (counts ->> '_again_at')::timestamptz <= now() AND NOT pause_requested
RETURNING id, kind, user_id;

-- cancel_paused --
-- A screening whose cancel was asked for while it came to its pause, unless its people are with the vendor: those are
-- taken back first.
UPDATE runs SET state = 'cancelled'
WHERE id = %(run_id)s AND state = 'paused' AND cancel_requested AND NOT EXISTS (
    SELECT FROM screening_batches b WHERE b.run_id = runs.id AND b.state IN ('sending', 'sent', 'answered'));

-- release_items --
-- What was claimed and not done goes back.
UPDATE screening_items SET state = 'pending', lease_token = NULL, worker = NULL
WHERE run_id = %(run_id)s AND lease_token = %(token)s AND state = 'leased';

-- bump_version --
-- Others see that there is something new: the last statement of its transaction.
SELECT bump_version(%(search_id)s) AS version;

-- fetch_verdicts --
-- One person's verdicts under the newest rubric that judged them.
SELECT q.id, question_field(q.question) AS column, q.title, q.kind, q.weight, v.verdict, v.decided, v.evidence_field,
    v.evidence_quote, v.input_hash, v.model, v.prompt_version, r.version,
    (SELECT max(n.version) FROM rubrics n WHERE n.search_id = s.id) AS newest, d.reason, d.created_at AS decided_at,
    u.name AS decided_by
FROM candidates c JOIN searches s ON s.id = c.search_id
JOIN verdicts v ON v.candidate_id = c.id JOIN criteria q ON q.id = v.criterion_id JOIN rubrics r ON r.id = q.rubric_id
-- A decision stays with its question, whichever version asked it when it was made.
LEFT JOIN LATERAL (
    SELECT o.reason, o.created_at, o.user_id FROM overrides o JOIN criteria k ON k.id = o.criterion_id
    WHERE v.decided IS NOT NULL AND o.candidate_id = c.id AND k.question = q.question AND o.undone_at IS NULL
    ORDER BY o.id DESC LIMIT 1) AS d ON true
LEFT JOIN users u ON u.id = d.user_id
WHERE c.id = %(candidate_id)s AND s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s)
    AND q.rubric_id = (
        SELECT max(b.rubric_id) FROM verdicts a JOIN criteria b ON b.id = a.criterion_id WHERE a.candidate_id = c.id)
ORDER BY q.position;

-- lock_candidate --
-- One candidate, to be changed; no row unless the actor may change the search.
SELECT c.id, c.fit FROM candidates c JOIN searches s ON s.id = c.search_id
WHERE c.id = %(candidate_id)s AND s.id = %(search_id)s AND search_editable(s, %(actor)s, %(role)s)
FOR NO KEY UPDATE OF c;

-- fetch_override --
-- What a person decided last about one candidate's fit.
SELECT o.fit, o.model_fit, o.reason, o.created_at, u.name AS by
FROM overrides o JOIN users u ON u.id = o.user_id JOIN candidates c ON c.id = o.candidate_id
JOIN searches s ON s.id = c.search_id
WHERE c.id = %(candidate_id)s AND s.id = %(search_id)s AND o.fit IS NOT NULL AND o.undone_at IS NULL
    AND search_visible(s, %(actor)s, %(role)s)
ORDER BY o.id DESC LIMIT 1;

-- insert_override --
-- The person's fit beside the model's; both are kept.
INSERT INTO overrides (candidate_id, user_id, model_fit, fit, reason, batch_id)
VALUES (%(candidate_id)s, %(actor)s, %(model_fit)s, %(fit)s, %(reason)s, %(batch_id)s);

-- update_fit --
-- The fit that a person decided, as the grid shows it.
UPDATE candidates SET fit = %(fit)s
WHERE id = %(candidate_id)s;

-- fetch_job_description --
-- What criteria are proposed from, for whoever may change the search.
SELECT s.job_description FROM searches s
WHERE s.id = %(search_id)s AND search_editable(s, %(actor)s, %(role)s);

-- fetch_open_proposal --
-- The actor's own run that proposes from this very job description now; from any where none is named.
SELECT id FROM runs
WHERE search_id = %(search_id)s AND kind = 'propose' AND state IN ('queued', 'running') AND NOT cancel_requested
    AND user_id = %(actor)s AND (%(job)s::text IS NULL OR params ->> 'job' = %(job)s::text)
ORDER BY id DESC LIMIT 1;

-- fetch_proposal --
-- A run that proposes criteria, for whoever started it and may still see the search.
SELECT r.state, r.message, r.counts -> '_criteria' AS criteria FROM runs r JOIN searches s ON s.id = r.search_id
WHERE r.id = %(run_id)s AND r.kind = 'propose' AND r.user_id = %(actor)s
    AND search_visible(s, %(actor)s, %(role)s);

-- find_searches --
-- Searches that the actor may see, by id or exact title, for the command line.
SELECT s.id, s.title FROM searches s
WHERE (s.id::text = lower(%(wanted)s) OR s.title = %(wanted)s) AND search_visible(s, %(actor)s, %(role)s)
ORDER BY s.created_at DESC LIMIT 2;
