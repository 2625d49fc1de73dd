-- fetch_standing --
-- One account on one day; zeros where nothing was asked yet.
SELECT coalesce(d.asked, 0) AS asked, coalesce(a.reserve, 0) AS reserve, d.closed_at IS NOT NULL AS closed,
    a.credits_left, a.credits_at
FROM (SELECT 1) AS one
LEFT JOIN vendor_days d ON d.vendor = %(vendor)s AND d.day = %(day)s
LEFT JOIN vendor_accounts a ON a.vendor = %(vendor)s;

-- insert_day --
-- The day's row, once.
INSERT INTO vendor_days (vendor, day) VALUES (%(vendor)s, %(day)s) ON CONFLICT DO NOTHING;

-- lock_day --
-- One at a time counts, until its transaction ends.
SELECT asked FROM vendor_days WHERE vendor = %(vendor)s AND day = %(day)s FOR UPDATE;

-- count_asked --
-- So many people more, or fewer.
UPDATE vendor_days SET asked = greatest(0, asked + %(people)s) WHERE vendor = %(vendor)s AND day = %(day)s;

-- count_asked_for --
-- The same for whom they were asked about.
INSERT INTO vendor_day_users AS d (vendor, day, user_id, asked)
VALUES (%(vendor)s, %(day)s, %(user_id)s, greatest(0, %(people)s))
ON CONFLICT (vendor, day, user_id) DO UPDATE SET asked = greatest(0, d.asked + %(people)s);

-- fetch_had --
-- How many someone has had of a day.
SELECT asked FROM vendor_day_users WHERE vendor = %(vendor)s AND day = %(day)s AND user_id = %(user_id)s;

-- fetch_claims --
-- Who else wants to ask today: how many they have had of the day, and how many they still want.
SELECT r.user_id, coalesce(d.asked, 0) AS asked, sum(w.people)::bigint AS wanted
FROM vendor_wants w JOIN runs r ON r.id = w.run_id AND r.state IN ('queued', 'running') AND NOT r.cancel_requested
LEFT JOIN vendor_day_users d ON d.vendor = w.vendor AND d.day = %(day)s AND d.user_id = r.user_id
WHERE w.vendor = %(vendor)s AND w.people > 0 AND r.user_id <> %(user_id)s GROUP BY r.user_id, d.asked;

-- upsert_want --
-- How many a run still wants to ask about.
INSERT INTO vendor_wants (run_id, vendor, people) VALUES (%(run_id)s, %(vendor)s, %(people)s)
ON CONFLICT (run_id, vendor) DO UPDATE SET people = excluded.people;

-- delete_wants --
-- A run that has ended wants nobody.
DELETE FROM vendor_wants WHERE run_id = %(run_id)s;

-- close_day --
-- Nobody is asked about any more on this day.
UPDATE vendor_days SET closed_at = now() WHERE vendor = %(vendor)s AND day = %(day)s;

-- upsert_credits --
-- What the vendor said last.
INSERT INTO vendor_accounts (vendor, credits_left, credits_at) VALUES (%(vendor)s, %(left)s, now())
ON CONFLICT (vendor) DO UPDATE SET credits_left = excluded.credits_left, credits_at = excluded.credits_at;

-- upsert_reserve --
-- What is kept back of each day from now on.
INSERT INTO vendor_accounts (vendor, reserve, reserve_by, reserve_at)
VALUES (%(vendor)s, %(reserve)s, %(actor)s, now())
ON CONFLICT (vendor) DO UPDATE SET reserve = excluded.reserve, reserve_by = excluded.reserve_by,
    reserve_at = excluded.reserve_at;
