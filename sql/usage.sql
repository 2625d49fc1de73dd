-- insert_call --
-- One call, answered or not; the database sums it up. No row for one that is written down already.
INSERT INTO api_usage (user_id, search_id, run_id, vendor, model, calls, input_tokens, cached_tokens, output_tokens, units,
    unit, cost, priced, outcome, call_id)
VALUES (%(user_id)s, %(search_id)s, %(run_id)s, %(vendor)s, %(model)s, %(calls)s, %(input_tokens)s, %(cached_tokens)s,
    %(output_tokens)s, %(units)s, %(unit)s, %(cost)s, %(priced)s, %(outcome)s, %(call_id)s)
ON CONFLICT (call_id) DO NOTHING;

-- fetch_months --
-- The months in which something was used that the actor may see, the newest first, with what they cost.
SELECT month, sum(cost) AS cost, sum(calls)::bigint AS calls, sum(input_tokens + output_tokens)::bigint AS tokens,
    sum(unpriced)::bigint AS unpriced
FROM usage_totals WHERE %(role)s = 'admin' OR user_id = %(actor)s
GROUP BY month ORDER BY month DESC LIMIT 24;

-- fetch_month --
-- The month that it is.
SELECT billing_month() AS month;

-- sum_people --
-- By person: the actor's own, or everyone's for an admin. No month: all of them.
SELECT u.name AS label, sum(t.calls)::bigint AS calls, sum(t.failed)::bigint AS failed,
    sum(t.input_tokens)::bigint AS input_tokens, sum(t.cached_tokens)::bigint AS cached_tokens,
    sum(t.output_tokens)::bigint AS output_tokens, sum(t.cost) AS cost, sum(t.unpriced)::bigint AS unpriced
FROM usage_totals t JOIN users u ON u.id = t.user_id
WHERE (%(role)s = 'admin' OR t.user_id = %(actor)s) AND (%(month)s::date IS NULL OR t.month = %(month)s::date)
GROUP BY u.id, u.name ORDER BY cost DESC, lower(u.name), u.id LIMIT 500;

-- sum_models --
-- By vendor, model and what the vendor counts: the actor's own, or everyone's for an admin.
SELECT t.vendor, t.model, t.unit, sum(t.calls)::bigint AS calls, sum(t.failed)::bigint AS failed,
    sum(t.input_tokens)::bigint AS input_tokens, sum(t.cached_tokens)::bigint AS cached_tokens,
    sum(t.output_tokens)::bigint AS output_tokens, sum(t.units)::bigint AS units, sum(t.cost) AS cost,
    sum(t.unpriced)::bigint AS unpriced
FROM usage_totals t
WHERE (%(role)s = 'admin' OR t.user_id = %(actor)s) AND (%(month)s::date IS NULL OR t.month = %(month)s::date)
GROUP BY t.vendor, t.model, t.unit ORDER BY cost DESC, calls DESC, t.vendor, t.model LIMIT 200;

-- listed --
-- By search that the actor may see, whoever spent it: this month's calls and cost, and the whole cost since the search
-- was made.
SELECT s.id AS search_id, s.title, s.archived_at IS NOT NULL AS archived, m.calls, m.cost, m.unpriced, m.cost_ever
FROM (
    SELECT search_id, sum(cost) AS cost_ever,
        coalesce(sum(calls) FILTER (WHERE %(month)s::date IS NULL OR month = %(month)s::date), 0)::bigint AS calls,
        coalesce(sum(cost) FILTER (WHERE %(month)s::date IS NULL OR month = %(month)s::date), 0) AS cost,
        coalesce(sum(unpriced) FILTER (WHERE %(month)s::date IS NULL OR month = %(month)s::date), 0)::bigint AS unpriced
    FROM usage_totals WHERE search_id IS NOT NULL GROUP BY search_id) AS m
JOIN searches s ON s.id = m.search_id AND search_listed(s, %(actor)s, %(role)s)
WHERE m.calls > 0

-- shortlisted --
-- How many are on its shortlist or further now. Archived ones have nobody here to count.
SELECT count(*) FROM candidates c WHERE c.search_id = l.search_id AND c.stage <> 'new'
    AND c.stage IN ('shortlisted', 'contacted', 'interviewing', 'hired') AND c.filter_status = 'active'

-- sum_searches --
-- Those that cost most, with their shortlists, and what each vendor took of the whole cost.
SELECT l.*, ({shortlisted}) AS shortlisted, (
    SELECT coalesce(jsonb_agg(jsonb_build_array(v.vendor, v.cost::text) ORDER BY v.cost DESC, v.vendor), '[]')
    FROM (SELECT vendor, sum(cost) AS cost FROM usage_totals u WHERE u.search_id = l.search_id GROUP BY vendor) AS v
    WHERE v.cost > 0) AS sources
FROM ({listed}) AS l ORDER BY l.cost DESC, l.calls DESC, l.search_id LIMIT %(most)s;

-- sum_others --
-- All the others in one line: with it the lines add up.
SELECT count(*) AS searches, coalesce(sum(o.calls), 0)::bigint AS calls, coalesce(sum(o.cost), 0) AS cost,
    coalesce(sum(o.cost_ever), 0) AS cost_ever
FROM (SELECT l.* FROM ({listed}) AS l ORDER BY l.cost DESC, l.calls DESC, l.search_id OFFSET %(most)s) AS o;

-- sum_sources --
-- What each vendor cost for all of them that are not archived, since they were made, and who is on their shortlists.
SELECT v.vendor, sum(v.cost) AS cost, sum(n.people)::bigint AS shortlisted, count(*) AS searches
FROM (SELECT search_id FROM ({listed}) AS seen WHERE NOT seen.archived OFFSET 0) AS l
CROSS JOIN LATERAL ({shortlisted}) AS n (people)
JOIN (SELECT search_id, vendor, sum(cost) AS cost FROM usage_totals WHERE search_id IS NOT NULL
    GROUP BY search_id, vendor) AS v ON v.search_id = l.search_id
WHERE v.cost > 0
GROUP BY v.vendor ORDER BY cost DESC, v.vendor LIMIT 200;

-- sum_gone --
-- What no search stands for that the actor may see: ones that were deleted or are no longer theirs to see, and calls for
-- none. With it what stands by search adds up to what was spent.
SELECT coalesce(sum(t.calls), 0)::bigint AS calls, coalesce(sum(t.cost), 0) AS cost
FROM (SELECT search_id, sum(calls) AS calls, sum(cost) AS cost FROM usage_totals
    WHERE (%(role)s = 'admin' OR user_id = %(actor)s) AND (%(month)s::date IS NULL OR month = %(month)s::date)
    GROUP BY search_id) AS t
WHERE NOT EXISTS (SELECT FROM searches s WHERE s.id = t.search_id AND search_listed(s, %(actor)s, %(role)s));

-- fetch_calls --
-- The ledger itself after one line, oldest first: the actor's own, or everyone's for an admin. Titles of searches
-- that the actor may not see any more stay out. estimated: no answer came, so it counts as what was expected of it.
SELECT a.id, a.created_at, u.name AS person,
    CASE WHEN search_listed(s, %(actor)s, %(role)s) THEN coalesce(s.title, '') ELSE '' END AS search, a.search_id, a.run_id,
    a.vendor, a.model, a.outcome, a.calls, a.input_tokens, a.cached_tokens, a.output_tokens, a.units, a.unit, a.cost,
    a.priced, a.outcome IN ('cut', 'timed_out', 'answer_lost') AND a.input_tokens > 0 AS estimated
FROM api_usage a JOIN users u ON u.id = a.user_id LEFT JOIN searches s ON s.id = a.search_id
WHERE (%(role)s = 'admin' OR a.user_id = %(actor)s)
    AND (a.created_at, a.id) > (%(at)s::timestamptz, %(after)s::bigint)
    AND (%(month)s::date IS NULL OR (a.created_at >= %(month)s::date::timestamp AT TIME ZONE 'UTC'
        AND a.created_at < (%(month)s::date::timestamp + interval '1 month') AT TIME ZONE 'UTC'))
ORDER BY a.created_at, a.id LIMIT %(limit)s;
