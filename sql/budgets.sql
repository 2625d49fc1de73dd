-- lock --
-- One reservation at a time, on any host; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('sourcingx budgets', 0));

-- fetch_limits --
-- What the team and one person may spend this month; NULL where nothing limits it.
SELECT billing_month() AS month,
    (SELECT amount FROM budgets WHERE scope = 'team') AS team,
    coalesce((SELECT amount FROM budgets WHERE scope = 'user' AND user_id = %(user_id)s),
        (SELECT amount FROM budgets WHERE scope = 'each')) AS own;

-- fetch_spent --
-- What this month cost so far, and what others' jobs have set aside for calls under way: of running ones (busy), and
-- of those with people at the vendor's in a batch, which may be answered in the next month.
SELECT t.team_spent, t.own_spent, h.team_held, h.own_held, h.team_busy, h.own_busy
FROM (
    SELECT coalesce(sum(cost), 0) AS team_spent,
        coalesce(sum(cost) FILTER (WHERE user_id = %(user_id)s), 0) AS own_spent
    FROM usage_totals WHERE month = billing_month()) AS t,
    (SELECT coalesce(sum(h.amount), 0) AS team_held,
        coalesce(sum(h.amount) FILTER (WHERE h.user_id = %(user_id)s), 0) AS own_held,
        coalesce(sum(h.amount) FILTER (WHERE r.state = 'running'), 0) AS team_busy,
        coalesce(sum(h.amount) FILTER (WHERE r.state = 'running' AND h.user_id = %(user_id)s), 0) AS own_busy
    FROM budget_holds h JOIN runs r ON r.id = h.run_id
    WHERE h.month <= billing_month() AND h.run_id IS DISTINCT FROM %(run_id)s::bigint
        AND (r.state = 'running' OR EXISTS (
            SELECT FROM screening_batches b WHERE b.run_id = r.id AND b.state <> 'ended'
                AND (b.state <> 'forsaken' OR b.vendor_id <> '')))) AS h;

-- fetch_short --
-- Screenings that wait for money, by the newest criteria of their search, the oldest first; needs: for one call.
SELECT r.id, r.user_id, (r.counts ->> '_needs')::numeric AS needs FROM runs r
WHERE r.state = 'paused' AND r.kind = 'screen' AND r.counts ->> '_needs' IS NOT NULL
    AND NOT r.pause_requested AND NOT r.cancel_requested
    AND (r.params ->> 'rubric_id')::bigint = (
        SELECT b.id FROM rubrics b WHERE b.search_id = r.search_id ORDER BY b.version DESC LIMIT 1)
ORDER BY r.id LIMIT 200;

-- fetch_short_enrichments --
-- Enrichments that wait for money, the oldest first; needs: for one person.
SELECT r.id, r.user_id, (r.counts ->> '_needs')::numeric AS needs FROM runs r
WHERE r.state = 'paused' AND r.kind = 'enrich' AND r.counts ->> '_needs' IS NOT NULL
    AND NOT r.pause_requested AND NOT r.cancel_requested
ORDER BY r.id LIMIT 200;

-- reopen_short --
-- There is money again.
UPDATE runs SET state = 'queued', finished_at = NULL, message = '', attempts = 0,
    counts = counts - '_needs' - '_again_at' - 'waiting'
WHERE id = %(run_id)s AND state = 'paused' AND counts ->> '_needs' IS NOT NULL
    AND NOT pause_requested AND NOT cancel_requested
RETURNING id, kind, user_id;

-- upsert_hold --
-- All that a run has set aside from now on.
INSERT INTO budget_holds (run_id, user_id, month, amount)
VALUES (%(run_id)s, %(user_id)s, billing_month(), %(amount)s)
ON CONFLICT (run_id) DO UPDATE SET month = excluded.month, amount = excluded.amount;

-- release_hold --
-- A run has nothing set aside any more.
UPDATE budget_holds SET amount = 0 WHERE run_id = %(run_id)s AND amount > 0;

-- fetch_all --
-- Everyone who may sign in or has spent something this month, with their own budget and what they spent.
SELECT u.id, u.name, b.amount, coalesce(t.spent, 0) AS spent
FROM users u
LEFT JOIN budgets b ON b.scope = 'user' AND b.user_id = u.id
LEFT JOIN (SELECT user_id, sum(cost) AS spent FROM usage_totals WHERE month = billing_month() GROUP BY user_id) AS t
    ON t.user_id = u.id
WHERE u.role <> 'viewer' AND u.disabled_at IS NULL OR t.spent > 0
ORDER BY spent DESC, lower(u.name), u.id LIMIT 500;

-- fetch_shared --
-- The budgets of the team and of each person.
SELECT scope, amount FROM budgets WHERE scope IN ('team', 'each');

-- upsert_budget --
-- A budget from now on; no row for someone who is not there.
INSERT INTO budgets (scope, user_id, amount, set_by)
SELECT %(scope)s, %(user_id)s::bigint, %(amount)s, %(actor)s
WHERE %(user_id)s::bigint IS NULL OR EXISTS (SELECT FROM users WHERE id = %(user_id)s::bigint)
ON CONFLICT (scope, user_id) DO UPDATE SET amount = excluded.amount, set_by = excluded.set_by, set_at = now()
RETURNING scope;

-- delete_budget --
-- No limit of its own any more.
DELETE FROM budgets WHERE scope = %(scope)s AND user_id IS NOT DISTINCT FROM %(user_id)s::bigint;
