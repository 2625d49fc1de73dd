-- fetch_rules --
-- How long people are kept, by where they are; the one for everybody else last.
SELECT id, jurisdiction, countries, keep_months FROM retention_rules ORDER BY countries = '{}', lower(jurisdiction) LIMIT 100;

-- fetch_settings --
-- What holds for all.
SELECT purge, export_listed, decision_months FROM retention_settings;

-- fetch_shortest --
-- The shortest time of all.
SELECT min(keep_months)::integer AS months FROM retention_rules;

-- update_settings --
-- What an admin decided.
UPDATE retention_settings SET purge = %(purge)s, export_listed = %(export_listed)s, decision_months = %(decision_months)s;

-- insert_rule --
-- A jurisdiction more; no row where one of that name is there.
INSERT INTO retention_rules (jurisdiction, countries, keep_months)
SELECT %(jurisdiction)s, ARRAY(SELECT DISTINCT sx_key(btrim(c)) FROM unnest(%(countries)s::text[]) AS c WHERE btrim(c) <> ''),
    %(keep_months)s
ON CONFLICT DO NOTHING RETURNING id;

-- update_rule --
-- How long people of a jurisdiction are kept.
UPDATE retention_rules SET keep_months = %(keep_months)s WHERE id = %(id)s RETURNING id;

-- delete_rule --
-- The one for everybody else stays.
DELETE FROM retention_rules WHERE id = %(id)s AND countries <> '{}' RETURNING id;

-- count_overdue --
-- How many people's time is over, and how many were not told in time.
SELECT count(*) FILTER (WHERE o.over) AS expired, count(*) FILTER (WHERE o.untold) AS untold FROM ({overdue}) AS o;

-- fetch_overdue --
-- Some of them, the longest overdue first.
SELECT o.id, o.full_name, o.source, o.country, o.collected_at, o.notice_due, o.kept_until, o.over, o.untold
FROM ({overdue}) AS o WHERE o.over OR o.untold
ORDER BY least(CASE WHEN o.over THEN o.kept_until END, CASE WHEN o.untold THEN o.notice_due END), o.id LIMIT %(most)s;

-- overdue --
-- Everybody with their dates. Rules are asked only about those whose time would be over by the shortest of them
-- (kept_until is NULL for the others), and only whose own time is over is asked whether they got on somewhere since.
SELECT p.id, p.full_name, p.source, p.country, p.collected_at, p.created_at + interval '1 month' AS notice_due,
    p.collected_at + make_interval(months => r.keep_months) AS kept_until,
    p.notified_at IS NULL AND p.created_at + interval '1 month' < %(now)s AS untold,
    coalesce(p.collected_at + make_interval(months => r.keep_months) < %(now)s, false) AND NOT EXISTS (
        SELECT FROM candidates c WHERE c.profile_id = p.id
            AND c.stage_changed_at + make_interval(months => r.keep_months) >= %(now)s) AS over
FROM profiles p LEFT JOIN LATERAL (
    SELECT q.keep_months FROM retention_rules q
    WHERE p.collected_at + make_interval(months => %(shortest)s) < %(now)s
        AND (q.countries = '{}' OR p.country <> '' AND sx_key(p.country) = ANY (q.countries))
    ORDER BY q.countries = '{}', q.keep_months LIMIT 1) AS r ON true

-- fetch_expired --
-- The next people whose time is over.
SELECT o.id FROM ({overdue}) AS o WHERE o.over AND o.id > %(after)s ORDER BY o.id LIMIT %(most)s;

-- mark_told --
-- People who know by now that they are kept here.
UPDATE profiles SET notified_at = %(now)s WHERE id = ANY (%(people)s::bigint[]) AND notified_at IS NULL;

-- mark_all_told --
-- Everybody whose notice is due by now.
UPDATE profiles SET notified_at = %(now)s
WHERE notified_at IS NULL AND created_at + interval '1 month' < %(now)s;

-- forget_decisions --
-- Lines of the decision log that are about nobody any more and older than their time.
SELECT forget_decisions(%(now)s::timestamptz - make_interval(months => s.decision_months)) AS gone FROM retention_settings s;
