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
