"""A search with something in every table that an archive takes, and a dump of all of it to compare with."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from services.access.identity import Actor
from services.archive import archive_tables, archives
from services.decisions import candidates, undo
from services.people import notes
from services.runs.job_runner import Runner
from services.runtime import Runtime
from tests.change_runs import rows, run_row
from tests.people import add_people, add_search, varied

# Tables that must be as they were after a restore; what a search keeps while it is away among them.
DUMPED = (
    *archive_tables.TABLES, archive_tables.RAW, "profiles", "profile_urls", "positions", "educations",
    "change_batches", "rubrics", "criteria", "saved_views", "search_members", "filter_rules",
)  # fmt: skip


def full_search(rt: Runtime, owner: Actor, people: int = 60, *, visibility: str = "team", seed: int = 1) -> UUID:
    """People with tags, stages, notes, an Undo history, screening, an override, raw records and addresses."""
    with rt.db.connection() as conn:
        search_id = add_search(conn, owner, visibility)
        ids = add_people(conn, search_id, varied(people, seed))
    first = ids[:5]
    candidates.change(rt, owner, search_id, first, candidates.action_of("tag_add", "Émigré 😀"))
    staged = candidates.change(rt, owner, search_id, ids[2:9], candidates.action_of("stage", "shortlisted"))
    assert staged.batch_id is not None
    undo.undo(rt, owner, staged.batch_id)
    candidates.change(rt, owner, search_id, ids[4:6], candidates.action_of("exclude", ""))
    for number, one in enumerate(first):
        notes.add_note(rt, owner, search_id, one, f"Line {number}\n\t“quoted”, 'single', \\N, שלום 😀")
    with rt.db.connection() as conn:
        _screening(conn, owner, search_id, ids)
        _ledger(conn, owner, search_id, ids)
        conn.execute(
            """INSERT INTO profile_raw (profile_id, source, raw, fetched_at)
            SELECT c.profile_id, 'csv', jsonb_build_object('n', c.id, 'null', NULL, 'number', 1.50, 'text', E'a\\nb"c'),
                '2026-05-01 10:00:00.123456+00'
            FROM candidates c WHERE c.search_id = %s""",
            [search_id],
        )
        conn.execute(
            """INSERT INTO profile_urls SELECT 'linkedin.com/in/p' || c.profile_id, c.profile_id
            FROM candidates c WHERE c.search_id = %s""",
            [search_id],
        )
        conn.execute(
            """INSERT INTO positions (profile_id, title, started_on, is_current)
            SELECT c.profile_id, 'Engineer', '1899-12-31', true FROM candidates c WHERE c.search_id = %s""",
            [search_id],
        )
    return search_id


def _screening(conn: Any, owner: Actor, search_id: UUID, ids: list[int]) -> None:
    run = conn.execute(
        "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('screen', %s, %s, 'done') RETURNING id",
        [search_id, owner.user_id],
    ).fetchone()["id"]
    rubric = conn.execute(
        """INSERT INTO rubrics (search_id, version, job_description, created_by)
        VALUES (%s, 1, 'Engineer', %s) RETURNING id""",
        [search_id, owner.user_id],
    ).fetchone()["id"]
    criterion = conn.execute(
        """INSERT INTO criteria (rubric_id, position, title, question, kind, weight)
        VALUES (%s, 1, 'Go', 'Go?', 'must', 2) RETURNING id""",
        [rubric],
    ).fetchone()["id"]
    conn.execute(
        """INSERT INTO screening_items (run_id, candidate_id, state, attempts, tokens, cost, reason)
        SELECT %s, id, 'done', 1, 900, 0.001234, 'ok' FROM unnest(%s::bigint[]) AS id""",
        [run, ids],
    )
    conn.execute(
        """INSERT INTO verdicts (candidate_id, criterion_id, run_id, input_hash, model, prompt_version, verdict,
            evidence_field, evidence_quote)
        SELECT id, %s, %s, md5(id::text), 'm', 'v1', 'pass', 'headline', 'a "quote"' FROM unnest(%s::bigint[]) AS id""",
        [criterion, run, ids],
    )
    conn.execute(
        """INSERT INTO overrides (candidate_id, user_id, model_fit, fit, reason)
        SELECT id, %s, NULL, 'strong', 'Knows Go, seen at work' FROM unnest(%s::bigint[]) AS id""",
        [owner.user_id, ids[:3]],
    )
    conn.execute("UPDATE verdicts SET decided = 'fail' WHERE candidate_id = %s", [ids[3]])
    conn.execute(
        """INSERT INTO overrides (candidate_id, user_id, criterion_id, model_verdict, verdict, reason)
        VALUES (%s, %s, %s, 'pass', 'fail', 'Read about it only')""",
        [ids[3], owner.user_id, criterion],
    )
    # JSON's null and SQL's are two things.
    conn.execute("UPDATE changes SET old = 'null'::jsonb WHERE candidate_id = %s", [ids[4]])


def _ledger(conn: Any, owner: Actor, search_id: UUID, ids: list[int]) -> None:
    """One whom a rule leaves out, one who came back from it, and two about whom it cannot say."""
    run = conn.execute(
        "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('filter', %s, %s, 'done') RETURNING id",
        [search_id, owner.user_id],
    ).fetchone()["id"]
    rule = conn.execute(
        """INSERT INTO filter_rules (run_id, position, kind, params, sentence, filter_status, fingerprint)
        VALUES (%s, 0, 'title', '{"terms": ["intern"]}', 'Leave out interns', 'filtered_title', 'f') RETURNING id""",
        [run],
    ).fetchone()["id"]
    conn.execute(
        """INSERT INTO exclusions (search_id, candidate_id, rule_id, list_entry_id, filter_status, user_id, created_at,
            restored_at, restored_by, restored_as)
        VALUES (%(search)s, %(out)s, %(rule)s, 7, 'filtered_title', %(user)s, '2026-05-01 10:00:00.123456+00',
                NULL, NULL, NULL), (%(search)s, %(back)s, %(rule)s, NULL, 'filtered_title', %(user)s, '2026-05-01',
                now(), %(user)s, 'person')""",
        {"search": search_id, "out": ids[0], "back": ids[1], "rule": rule, "user": owner.user_id},
    )
    conn.execute(
        "UPDATE candidates SET filter_status = 'filtered_title', filter_rule_id = %s WHERE id = %s", [rule, ids[0]]
    )
    conn.execute("INSERT INTO filter_flags SELECT id, %s FROM unnest(%s::bigint[]) AS id", [rule, ids[2:4]])


def dump(rt: Runtime, tables: tuple[str, ...] = DUMPED) -> dict[str, list[str]]:
    """Every row of these tables as text, ids and moments included."""
    return {
        name: [row["line"] for row in rows(rt, f"SELECT t::text AS line FROM {name} t ORDER BY 1")] for name in tables
    }


def digest(rt: Runtime) -> str:
    return hashlib.sha256(json.dumps(dump(rt)).encode()).hexdigest()


def hot(rt: Runtime, search_id: UUID) -> dict[str, int]:
    """How many rows of a search are in the hot tables."""
    (found,) = rows(
        rt,
        """SELECT (SELECT count(*) FROM candidates WHERE search_id = %(id)s) AS candidates,
            (SELECT count(*) FROM notes) AS notes, (SELECT count(*) FROM changes) AS changes,
            (SELECT count(*) FROM screening_items) AS screening_items, (SELECT count(*) FROM verdicts) AS verdicts,
            (SELECT count(*) FROM overrides) AS overrides, (SELECT count(*) FROM profile_raw) AS profile_raw,
            (SELECT count(*) FROM exclusions) AS exclusions, (SELECT count(*) FROM filter_flags) AS filter_flags"""
        .replace("%(id)s", f"'{search_id}'"),
    )  # fmt: skip
    return dict(found)


def work(rt: Runtime, run_id: int, slot: str = "test") -> dict[str, Any]:
    """Do a waiting run as a job worker would; returns its row."""
    runner = Runner(rt, slot)
    runner.start()
    try:
        runner.execute(run_id)
    finally:
        runner.close()
    return run_row(rt, run_id)


def archive(rt: Runtime, actor: Actor, search_id: UUID, tier: str | None = None) -> dict[str, Any]:
    done = work(rt, archives.start_archive(rt, actor, search_id, tier))
    assert done["state"] == "done", done["message"]
    return done


def restore(rt: Runtime, actor: Actor, search_id: UUID) -> dict[str, Any]:
    done = work(rt, archives.start_restore(rt, actor, search_id))
    assert done["state"] == "done", done["message"]
    return done
