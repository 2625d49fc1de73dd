-- fetch_search --
-- What the page needs of a search; no row when it is missing or not the actor's to see.
SELECT s.title, search_editable(s, %(actor)s, %(role)s) AS editable,
    (SELECT max(r.id) FROM runs r WHERE r.search_id = s.id AND r.kind = 'enrich') AS latest_run
FROM searches s WHERE s.id = %(search_id)s AND search_visible(s, %(actor)s, %(role)s);

-- lock_search --
-- One enrichment of a search is started at a time; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('sourcingx enrichment ' || %(search_id)s::text, 0));

-- fetch_open_run --
-- An enrichment of this search that has not ended, other than one that is named.
SELECT id FROM runs
WHERE search_id = %(search_id)s AND kind = 'enrich' AND state IN ('queued', 'running', 'paused')
    AND id IS DISTINCT FROM %(but)s::bigint LIMIT 1;

-- count_people --
-- How many active people were chosen, no further than `most`.
SELECT count(*) AS people FROM (
    SELECT FROM candidates c
    WHERE {where} AND c.filter_status = 'active' AND (%(only)s::bigint[] IS NULL OR c.id = ANY (%(only)s::bigint[]))
    LIMIT %(most)s) AS few;

-- count_plan --
-- Of a view's active people, how many would be asked about at which step first, for what, and why others would not be.
SELECT e.reason, e.step, e.needs, e.fresh, count(*) AS people
FROM candidates c JOIN profiles p ON p.id = c.profile_id
CROSS JOIN LATERAL enrichment_plan(p, %(wants)s::text[], %(steps)s, %(since)s, %(again)s) AS e
WHERE {where} AND c.filter_status = 'active' AND (%(only)s::bigint[] IS NULL OR c.id = ANY (%(only)s::bigint[]))
GROUP BY e.reason, e.step, e.needs, e.fresh;

-- fetch_rates --
-- Of people whom a vendor was asked about lately: how many it knew, and of how many it gave what is worth stopping for.
SELECT count(*) AS people, count(*) FILTER (WHERE l.outcome = 'found') AS known,
    count(*) FILTER (WHERE EXISTS (SELECT FROM profile_contacts c WHERE c.profile_id = l.profile_id
        AND c.source = %(vendor)s AND c.kind = 'email' AND c.status IN ('', 'valid'))) AS email,
    count(*) FILTER (WHERE EXISTS (SELECT FROM profile_contacts c WHERE c.profile_id = l.profile_id
        AND c.source = %(vendor)s AND c.kind = 'phone' AND c.status IN ('', 'valid'))) AS phone
FROM (SELECT profile_id, outcome FROM profile_lookups WHERE vendor = %(vendor)s LIMIT %(most)s) AS l;

-- insert_items --
-- Everyone chosen becomes an item of the run, once: whom nobody need be asked about is done at once.
INSERT INTO enrichment_items (run_id, candidate_id, state, step, needs, fresh, reason)
SELECT %(run_id)s, c.id, CASE WHEN e.step IS NULL THEN 'done' ELSE 'pending' END, e.step, e.needs, e.fresh, e.reason
FROM candidates c JOIN profiles p ON p.id = c.profile_id
CROSS JOIN LATERAL enrichment_plan(p, %(wants)s::text[], %(steps)s, %(since)s, %(again)s) AS e
WHERE {where} AND c.filter_status = 'active' AND (%(only)s::bigint[] IS NULL OR c.id = ANY (%(only)s::bigint[]))
    AND EXISTS (SELECT FROM searches s WHERE s.id = c.search_id AND search_editable(s, %(actor)s, %(role)s))
ON CONFLICT DO NOTHING;

-- fetch_due --
-- The first step at which someone can be asked about now and how many there; how many wait at all, and until when.
-- held: steps whose vendor cannot be asked now; which of them someone waits at.
WITH waiting AS MATERIALIZED (
    SELECT step, not_before, reason, step = ANY (%(held)s::int[]) AS held FROM enrichment_items
    WHERE run_id = %(run_id)s AND state = 'pending'),
first AS (SELECT min(step) AS step FROM waiting WHERE NOT held AND not_before <= %(now)s)
SELECT f.step, count(*) FILTER (WHERE w.step = f.step AND w.not_before <= %(now)s) AS ready, count(w.step) AS pending,
    min(w.not_before) FILTER (WHERE NOT w.held) AS next_at,
    count(*) FILTER (WHERE w.reason = 'queued' AND NOT w.held) AS queued,
    coalesce(array_agg(DISTINCT w.step) FILTER (WHERE w.held), '{}') AS held
FROM first f LEFT JOIN waiting w ON true GROUP BY f.step;

-- step_past_held --
-- Who waits for a vendor that cannot be asked now is asked about at another one, for what that one is the next to give.
UPDATE enrichment_items i SET step = n.step
FROM (SELECT candidate_id, enrichment_open_step(%(steps)s, needs, fresh, %(held)s::text[]) AS step FROM enrichment_items
    WHERE run_id = %(run_id)s AND state = 'pending' AND step = ANY (%(places)s::int[]) AND reason <> 'queued') AS n
WHERE i.run_id = %(run_id)s AND i.candidate_id = n.candidate_id AND n.step IS NOT NULL;

-- claim_items --
-- Some people at one step, with the public address by which each is known best. Those who were left out, merged or
-- changed so that they have none any more are done. under_way: another run asks this vendor about them at this moment;
-- a request ends within seconds, and one whose process died is not waited for. Before the call is sent, in the transaction
-- that records it and holds the vendor's day, so that of two runs one sees what the other has sent.
WITH due AS MATERIALIZED (
    SELECT candidate_id FROM enrichment_items
    WHERE run_id = %(run_id)s AND state = 'pending' AND step = %(step)s AND not_before <= %(now)s
    ORDER BY candidate_id LIMIT %(limit)s FOR UPDATE)
SELECT i.candidate_id, c.profile_id, i.attempts, c.filter_status = 'active' AS active, p.email <> '' AS has_email,
    p.phone <> '' AS has_phone, EXISTS (SELECT FROM profile_lookups l
        WHERE l.profile_id = p.id AND l.vendor = %(vendor)s AND l.at > %(since)s) AS asked, EXISTS (
    SELECT FROM candidates o JOIN enrichment_items s ON s.candidate_id = o.id AND s.state = 'sent'
    JOIN vendor_calls v ON v.id = s.call_id AND v.state = 'sent' AND v.vendor = %(vendor)s
        AND v.sent_at > now() - interval '2 minutes'
    WHERE o.profile_id = p.id AND s.run_id <> %(run_id)s) AS under_way, (
    SELECT u.url_key FROM profile_urls u
    WHERE u.profile_id = c.profile_id AND starts_with(u.url_key, 'linkedin.com/in/')
    ORDER BY strpos(p.linkedin_url, split_part(u.url_key, '/', 3)) = 0, u.url_key LIMIT 1) AS url_key
FROM due JOIN enrichment_items i ON i.run_id = %(run_id)s AND i.candidate_id = due.candidate_id
JOIN candidates c ON c.id = i.candidate_id JOIN profiles p ON p.id = c.profile_id
ORDER BY i.candidate_id;

-- fetch_living --
-- Whom candidates stand for now: they may have been merged, or deleted, since they were asked about.
SELECT id, profile_id FROM candidates WHERE id = ANY (%(ids)s::bigint[]);

-- insert_call --
-- A request that is about to be sent.
INSERT INTO vendor_calls (run_id, vendor, day, people) VALUES (%(run_id)s, %(vendor)s, %(day)s, %(people)s)
RETURNING id;

-- mark_sent --
-- Whom it is about.
UPDATE enrichment_items SET state = 'sent', call_id = %(call_id)s, attempts = attempts + 1
WHERE run_id = %(run_id)s AND candidate_id = ANY (%(ids)s::bigint[]);

-- settle_call --
-- It was answered, or surely not made; no row where that was written already.
UPDATE vendor_calls SET state = 'settled', outcome = %(outcome)s, ended_at = now()
WHERE id = %(call_id)s AND state = 'sent' RETURNING id;

-- lose_calls --
-- Requests whose process ended before their answer was written: whether they were made is not known.
WITH lost AS (
    UPDATE vendor_calls SET state = 'unknown', outcome = 'unknown', ended_at = now()
    WHERE run_id = %(run_id)s AND state = 'sent' RETURNING id, vendor, people),
people AS (
    UPDATE enrichment_items SET state = 'unknown', reason = 'unknown'
    WHERE run_id = %(run_id)s AND state = 'sent')
SELECT id, vendor, people FROM lost ORDER BY id;

-- lose_forsaken --
-- The same of runs that have ended: their worker died at them, and nobody takes them up by itself. A request of a worker
-- that lives has ended long before.
WITH lost AS (
    UPDATE vendor_calls v SET state = 'unknown', outcome = 'unknown', ended_at = now() FROM runs r
    WHERE v.state = 'sent' AND v.sent_at < now() - interval '5 minutes' AND r.id = v.run_id
        AND r.state IN ('done', 'failed', 'cancelled')
    RETURNING v.id, v.run_id, v.vendor, r.user_id, r.search_id),
people AS (
    UPDATE enrichment_items i SET state = 'unknown', reason = 'unknown' FROM lost
    WHERE i.run_id = lost.run_id AND i.call_id = lost.id AND i.state = 'sent' RETURNING i.run_id),
told AS (
    UPDATE runs r SET done = r.done + n.people, failed = r.failed + n.people, counts = r.counts
        || jsonb_build_object('unknown', coalesce((r.counts ->> 'unknown')::bigint, 0) + n.people)
    FROM (SELECT run_id, count(*) AS people FROM people GROUP BY run_id) AS n WHERE r.id = n.run_id)
SELECT run_id, vendor, user_id, search_id FROM lost ORDER BY id;

-- advance_items --
-- What a vendor gave of what was needed, or did not: on to the next step, or to the end. got: field names as a JSON
-- array each.
UPDATE enrichment_items i SET got = i.got || n.won, needs = n.needs, fresh = n.fresh, step = n.step,
    attempts = 0, not_before = 'epoch', state = CASE WHEN n.step IS NULL THEN 'done' ELSE 'pending' END,
    reason = CASE WHEN n.step IS NOT NULL THEN '' WHEN cardinality(i.got || n.won) = 0 THEN g.reason ELSE '' END
FROM (SELECT x.id, x.reason, ARRAY(SELECT jsonb_array_elements_text(x.got)) AS got
    FROM jsonb_to_recordset(%(items)s) AS x (id bigint, got jsonb, reason text)) AS g
JOIN enrichment_items o ON o.run_id = %(run_id)s AND o.candidate_id = g.id
CROSS JOIN LATERAL (SELECT ARRAY(SELECT f FROM unnest(o.needs) AS f WHERE f <> ALL (g.got)) AS needs,
    ARRAY(SELECT f FROM unnest(o.needs) AS f WHERE f = ANY (g.got)) AS won,
    o.fresh || %(vendor)s::text AS fresh) AS m
CROSS JOIN LATERAL (SELECT m.needs, m.won, m.fresh,
    enrichment_step(%(steps)s, m.needs, m.fresh, 0) AS step) AS n
WHERE i.run_id = %(run_id)s AND i.candidate_id = g.id;

-- postpone_items --
-- Later again.
UPDATE enrichment_items SET state = 'pending', not_before = %(until)s, reason = %(reason)s
WHERE run_id = %(run_id)s AND candidate_id = ANY (%(ids)s::bigint[]);

-- end_items --
-- To an end without an answer.
UPDATE enrichment_items SET state = %(state)s, reason = %(reason)s
WHERE run_id = %(run_id)s AND candidate_id = ANY (%(ids)s::bigint[]);

-- count_items --
-- Where a run stands.
SELECT count(*) AS total, count(*) FILTER (WHERE state = 'done') AS done,
    count(*) FILTER (WHERE state IN ('failed', 'unknown')) AS failed, count(*) FILTER (WHERE state = 'unknown') AS unknown,
    count(*) FILTER (WHERE cardinality(got) > 0) AS found,
    count(*) FILTER (WHERE state = 'done' AND cardinality(got) = 0 AND reason = 'missed') AS missed,
    count(*) FILTER (WHERE reason IN ('known', 'fresh')) AS fresh,
    count(*) FILTER (WHERE reason = 'no_address') AS no_address,
    count(*) FILTER (WHERE reason = 'do_not_contact') AS left_alone,
    count(*) FILTER (WHERE state = 'pending' AND reason = 'queued') AS fetching
FROM enrichment_items WHERE run_id = %(run_id)s;

-- sum_credits --
-- What a run cost so far in credits, and its requests.
SELECT coalesce(sum(units), 0)::bigint AS credits, coalesce(sum(calls), 0)::bigint AS calls
FROM usage_totals WHERE run_id = %(run_id)s;

-- fetch_orders --
-- What a running enrichment has to obey.
SELECT pause_requested FROM runs WHERE id = %(run_id)s;

-- request_pause --
-- Asks an enrichment to pause; one that waits pauses at once. No row unless the actor started it or is an admin.
UPDATE runs SET pause_requested = true, state = CASE WHEN state = 'queued' THEN 'paused' ELSE state END,
    message = CASE WHEN state = 'queued' THEN %(message)s ELSE message END
WHERE id = %(run_id)s AND kind = 'enrich' AND state IN ('queued', 'running') AND NOT cancel_requested
    AND (user_id = %(actor)s OR %(role)s = 'admin')
RETURNING state;

-- reopen_run --
-- Back to waiting, for one that was paused or has ended; the starter or an admin, who may still change the search.
UPDATE runs r SET state = 'queued', finished_at = NULL, message = '', cancel_requested = false, pause_requested = false,
    attempts = 0, failed = 0, done = r.done - r.failed, counts = r.counts - 'waiting' - '_resume_at' - '_needs'
FROM searches s
WHERE r.id = %(run_id)s AND r.kind = 'enrich' AND r.state IN ('paused', 'done', 'failed', 'cancelled')
    AND s.id = r.search_id AND search_editable(s, %(actor)s, %(role)s)
    AND (r.user_id = %(actor)s OR %(role)s = 'admin')
RETURNING r.user_id, r.search_id;

-- revive_items --
-- Who could not be asked about is tried again; whom perhaps was only where the person said so (state unknown).
UPDATE enrichment_items SET state = 'pending', attempts = 0, not_before = 'epoch', reason = ''
WHERE run_id = %(run_id)s AND (state = 'failed' OR (state = 'unknown' AND %(unknown)s));

-- reopen_due --
-- Runs that paused until a time which has come: they go back into the queue by themselves.
UPDATE runs SET state = 'queued', finished_at = NULL, message = '', attempts = 0, counts = counts - 'waiting' - '_resume_at'
WHERE state = 'paused' AND kind = 'enrich' AND NOT pause_requested AND NOT cancel_requested
    AND (counts ->> '_resume_at')::timestamptz <= %(now)s
RETURNING id, kind, user_id;

-- fetch_failed --
-- Whom a run could not ask about, with the reason.
SELECT i.candidate_id, p.full_name, i.reason, i.state
FROM enrichment_items i JOIN candidates c ON c.id = i.candidate_id JOIN profiles p ON p.id = c.profile_id
JOIN searches s ON s.id = c.search_id
WHERE i.run_id = %(run_id)s AND i.state IN ('failed', 'unknown') AND search_visible(s, %(actor)s, %(role)s)
ORDER BY i.state, i.reason, i.candidate_id LIMIT %(limit)s;

-- fetch_rights --
-- Whether the run's person may still change its search.
SELECT search_editable(s, %(actor)s, %(role)s) AS editable FROM searches s WHERE s.id = %(search_id)s;

-- lock_profiles --
-- In one order, as all others lock them.
SELECT id, full_name FROM profiles WHERE id = ANY (%(people)s::bigint[]) ORDER BY id FOR NO KEY UPDATE;

-- upsert_lookups --
-- Who was asked about, and whether the vendor knew them.
INSERT INTO profile_lookups (profile_id, vendor, outcome, at)
SELECT g.id, %(vendor)s, g.outcome, %(now)s
FROM unnest(%(people)s::bigint[], %(outcomes)s::text[]) AS g (id, outcome)
WHERE EXISTS (SELECT FROM profiles p WHERE p.id = g.id)
ON CONFLICT (profile_id, vendor) DO UPDATE SET outcome = excluded.outcome, at = excluded.at;

-- upsert_raw --
-- What the vendor sent of people of whose career it says nothing.
INSERT INTO profile_raw AS r (profile_id, source, raw)
SELECT g.id, %(vendor)s, g.raw FROM jsonb_to_recordset(%(raw)s) AS g (id bigint, raw jsonb)
WHERE EXISTS (SELECT FROM profiles p WHERE p.id = g.id)
ON CONFLICT (profile_id, source) DO UPDATE SET raw = excluded.raw, row_hash = NULL, fetched_at = now();

-- replace_contacts --
-- All that a source says of these people now takes the place of what it said before.
WITH gone AS (
    DELETE FROM profile_contacts c WHERE c.profile_id = ANY (%(people)s::bigint[]) AND c.source = %(vendor)s
        AND NOT EXISTS (SELECT FROM jsonb_to_recordset(%(contacts)s) AS g (id bigint, kind text, value text)
            WHERE (g.id, g.kind, g.value) = (c.profile_id, c.kind, c.value)))
INSERT INTO profile_contacts (profile_id, source, kind, value, type, status, at)
SELECT DISTINCT ON (g.id, g.kind, g.value) g.id, %(vendor)s, g.kind, g.value, g.type, g.status, %(now)s
FROM jsonb_to_recordset(%(contacts)s) AS g (id bigint, kind text, value text, type text, status text)
WHERE EXISTS (SELECT FROM profiles p WHERE p.id = g.id)
ON CONFLICT (profile_id, source, kind, value) DO UPDATE SET type = excluded.type, status = excluded.status,
    at = excluded.at;

-- fill_contacts --
-- The best of them becomes the person's own, where there is none yet or it came from a vendor. Returns whom it changed.
UPDATE profiles p SET email = n.email, phone = n.phone, updated_at = now()
FROM (
    SELECT o.id,
        CASE WHEN g.email <> '' AND (o.email = '' OR fe.source = ANY (%(vendors)s))
            AND fe.source IS DISTINCT FROM 'manual' THEN g.email ELSE o.email END AS email,
        CASE WHEN g.phone <> '' AND (o.phone = '' OR fp.source = ANY (%(vendors)s))
            AND fp.source IS DISTINCT FROM 'manual' THEN g.phone ELSE o.phone END AS phone
    FROM jsonb_to_recordset(%(best)s) AS g (id bigint, email text, phone text) JOIN profiles o ON o.id = g.id
    LEFT JOIN profile_fields fe ON fe.profile_id = o.id AND fe.field = 'email'
    LEFT JOIN profile_fields fp ON fp.profile_id = o.id AND fp.field = 'phone') AS n
WHERE p.id = n.id AND (p.email, p.phone) IS DISTINCT FROM (n.email, n.phone)
RETURNING p.id;

-- keep_told --
-- The best of them beside what a person wrote by hand, by the same rule.
UPDATE profile_fields f SET kept_value = n.value, kept_source = %(vendor)s, kept_at = %(now)s
FROM (SELECT g.id, d.field, CASE d.field WHEN 'email' THEN g.email ELSE g.phone END AS value
    FROM jsonb_to_recordset(%(best)s) AS g (id bigint, email text, phone text)
    CROSS JOIN (VALUES ('email'), ('phone')) AS d (field)) AS n
WHERE f.profile_id = n.id AND f.field = n.field AND f.source = 'manual' AND n.value <> ''
    AND n.value IS DISTINCT FROM f.kept_value
    AND (coalesce(f.kept_value, '') = '' OR f.kept_source = ANY (%(vendors)s));

-- lock_candidates_of --
-- The candidates of changed people, in the order in which all others lock them, too.
SELECT count(*) FROM (
    SELECT id FROM candidates WHERE profile_id = ANY (%(people)s::bigint[]) ORDER BY id FOR NO KEY UPDATE) AS locked;

-- sync_members --
-- Brings the candidates of changed people up to date, in all searches.
SELECT sync_candidates(%(people)s::bigint[]) AS searches;

-- bump_searches --
-- New versions for all searches that were touched; always in one order.
SELECT bump_version(t.id) FROM unnest(%(searches)s::uuid[]) AS t(id) ORDER BY t.id;

-- fetch_contacts --
-- All e-mails and telephone numbers of one person, the newest source first.
SELECT c.kind, c.value, c.type, c.status, c.source, c.at,
    c.value = CASE c.kind WHEN 'email' THEN p.email ELSE p.phone END AS own
FROM profile_contacts c JOIN profiles p ON p.id = c.profile_id WHERE c.profile_id = %(profile_id)s
ORDER BY c.kind, own DESC, c.at DESC, c.source, c.value LIMIT 50;

-- fetch_lookups --
-- When which vendor was asked about a person.
SELECT vendor, outcome, at FROM profile_lookups WHERE profile_id = %(profile_id)s ORDER BY at DESC, vendor;
