-- insert_report --
-- A report; no row for a search that is not there.
INSERT INTO impact_reports (search_id, user_id, title)
SELECT %(search_id)s::uuid, %(actor)s, %(title)s
WHERE %(search_id)s::uuid IS NULL
    OR EXISTS (SELECT FROM searches s WHERE s.id = %(search_id)s::uuid AND search_listed(s, %(actor)s, %(role)s))
RETURNING id;

-- insert_groups --
-- Its groups, in their order.
INSERT INTO impact_groups (report_id, position, attribute, name, hidden, applicants, selected, scored, above_median,
    mean_score)
SELECT %(report_id)s, g.position, g.attribute, g.name, g.hidden, g.applicants, g.selected, g.scored, g.above_median,
    g.mean_score
FROM jsonb_to_recordset(%(groups)s) AS g(position smallint, attribute text, name text, hidden boolean, applicants integer,
    selected integer, scored integer, above_median integer, mean_score numeric);

-- fetch_reports --
-- The reports, newest first.
SELECT r.id, r.title, r.created_at, u.name AS user_name, r.search_id, coalesce(s.title, '') AS search,
    (SELECT count(*) FROM impact_groups g WHERE g.report_id = r.id) AS groups
FROM impact_reports r JOIN users u ON u.id = r.user_id LEFT JOIN searches s ON s.id = r.search_id
ORDER BY r.id DESC LIMIT %(limit)s;

-- fetch_report --
-- One of them.
SELECT r.id, r.title, r.created_at, u.name AS user_name, r.search_id, coalesce(s.title, '') AS search,
    (SELECT count(*) FROM impact_groups g WHERE g.report_id = r.id) AS groups
FROM impact_reports r JOIN users u ON u.id = r.user_id LEFT JOIN searches s ON s.id = r.search_id
WHERE r.id = %(report_id)s;

-- fetch_groups --
-- Its groups, in their order.
SELECT attribute, name, hidden, applicants, selected, scored, above_median, mean_score
FROM impact_groups WHERE report_id = %(report_id)s ORDER BY position;

-- delete_report --
-- With its groups.
DELETE FROM impact_reports WHERE id = %(report_id)s;

-- fetch_searches --
-- What a report can be about, newest first.
SELECT s.id, s.title FROM searches s WHERE search_listed(s, %(actor)s, %(role)s)
ORDER BY s.created_at DESC, s.id LIMIT 500;
