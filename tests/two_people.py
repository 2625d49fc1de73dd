"""Two profiles of one person with everything that can hang on them, and the whole database as text."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from services.access.identity import Actor
from services.runtime import Runtime
from tests.people import add_search

# What a merge and its Undo write about themselves, and what lives apart from people.
NOT_COMPARED = {"merges", "audit_log", "schema_migrations", "user_sessions", "login_links"}


@dataclass
class Two:
    """Alice's searches: `both` has both of them, `left` only the first, `right` only the second."""

    a: int
    b: int
    pair: int
    both: uuid.UUID
    left: uuid.UUID
    right: uuid.UUID
    # Candidates by search and person.
    both_a: int
    both_b: int
    left_a: int
    right_b: int


def rows(rt: Runtime, query: str, *params: Any) -> list[dict[str, Any]]:
    with rt.db.connection() as conn:
        cursor = conn.execute(query, params)
        return cursor.fetchall() if cursor.description else []


def one(rt: Runtime, query: str, *params: Any) -> dict[str, Any]:
    (found,) = rows(rt, query, *params)
    return found


def add_person(rt: Runtime, searches: list[uuid.UUID], actor: Actor, **values: Any) -> int:
    """A profile in some searches; values by column of profiles."""
    names = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    profile = int(one(rt, f"INSERT INTO profiles ({names}) VALUES ({marks}) RETURNING id", *values.values())["id"])
    for search in searches:
        rows(rt, "SELECT add_candidates(%s, ARRAY[%s::bigint], %s)", search, profile, actor.user_id)
        rows(rt, "UPDATE searches SET profile_count = profile_count + 1 WHERE id = %s", search)
    return profile


def add_pair(rt: Runtime, a: int, b: int, score: int = 90, state: str = "open") -> int:
    found = one(
        rt,
        "INSERT INTO duplicate_pairs (profile_a, profile_b, score, reasons, state)"
        " VALUES (%s, %s, %s, '{name_same}', %s) RETURNING id",
        min(a, b),
        max(a, b),
        score,
        state,
    )
    return int(found["id"])


def candidate(rt: Runtime, search: uuid.UUID, profile: int) -> int:
    found = one(rt, "SELECT id FROM candidates WHERE search_id = %s AND profile_id = %s", search, profile)
    return int(found["id"])


def two_people(rt: Runtime, alice: Actor) -> Two:
    """Plain: a name, a job, an address each; in three searches."""
    with rt.db.connection() as conn:
        both, left, right = (add_search(conn, alice) for _ in range(3))
    a = add_person(
        rt,
        [both, left],
        alice,
        full_name="Zoë Example",
        first_name="Zoë",
        last_name="Example",
        title="Engineer",
        company="Acme",
        email="zoe@acme.example",
        phone="+41 44 123 45 67",
        linkedin_url="https://www.linkedin.com/in/zoe-a",
        skills=["Python", "SQL"],
        source="linkedin",
        years_experience=7.5,
        current_tenure_months=12,
    )
    b = add_person(
        rt,
        [both, right],
        alice,
        full_name="Zoe M. Example",
        first_name="Zoe",
        last_name="Example",
        title="Senior Engineer",
        company="Acme GmbH",
        location="Bern",
        email="zoe@home.example",
        linkedin_url="https://www.linkedin.com/in/zoe-b",
        skills=["sql", "Go"],
        source="csv",
        summary="Builds platforms.\n“Quoted” 🙂",
        years_experience=8.0,
        average_tenure_months=20,
    )
    pair = add_pair(rt, a, b)
    return Two(
        a,
        b,
        pair,
        both,
        left,
        right,
        candidate(rt, both, a),
        candidate(rt, both, b),
        candidate(rt, left, a),
        candidate(rt, right, b),
    )


def laden(rt: Runtime, two: Two, alice: Actor, bob: Actor) -> None:
    """Everything that can hang on the two: addresses, jobs, studies, raw, notes, tags, stages, verdicts, …"""
    rows(
        rt,
        "INSERT INTO profile_urls (url_key, profile_id) VALUES ('linkedin.com/in/zoe-a', %s),"
        " ('linkedin.com/in/zoe-b', %s), ('linkedin:ACwAAB12cdE', %s)",
        two.a,
        two.b,
        two.b,
    )
    rows(
        rt,
        "INSERT INTO positions (profile_id, title, company, started_on, is_current, description) VALUES"
        " (%(a)s, 'Engineer', 'Acme', NULL, true, ''), (%(b)s, 'engineer', 'ACME', '2020-01-01', false,"
        " 'Wrote it'),"
        " (%(b)s, 'Senior Engineer', 'Acme GmbH', '2022-05-01', true, '')".replace("%(a)s", str(two.a)).replace(
            "%(b)s", str(two.b)
        ),
    )
    rows(
        rt,
        "INSERT INTO educations (profile_id, school, degree) VALUES (%s, 'ETH', 'MSc'), (%s, 'eth', 'msc'),"
        " (%s, 'EPFL', 'PhD')",
        two.a,
        two.b,
        two.b,
    )
    # One of them is in a search that was put away.
    rows(
        rt,
        "INSERT INTO archive_people"
        " (archive_id, place, candidate_id, profile_id, filter_status, stage, note_count, tags)"
        " VALUES (1, 1, 900, %s, 'active', 'hired', 0, '{}')",
        two.b,
    )
    rows(
        rt,
        "INSERT INTO profile_lookups (profile_id, vendor, outcome, at) VALUES (%s, 'salesql', 'missed', '2026-01-01'),"
        " (%s, 'salesql', 'found', '2026-02-01'), (%s, 'crustdata', 'found', '2026-01-01')",
        two.a,
        two.b,
        two.b,
    )
    rows(
        rt,
        "INSERT INTO profile_contacts (profile_id, source, kind, value, at) VALUES"
        " (%s, 'salesql', 'email', 'zoe@acme.example', '2026-01-01'),"
        " (%s, 'salesql', 'email', 'zoe@acme.example', '2026-02-01'),"
        " (%s, 'salesql', 'phone', '+41 44 123 45 67', '2026-02-01')",
        two.a,
        two.b,
        two.b,
    )
    # Others are compared with both of them, one as someone to be like.
    rows(
        rt,
        "WITH m AS (INSERT INTO matches (search_id, kind, definition, created_by)"
        " VALUES (%s, 'taste', sha256('both'), %s) RETURNING id)"
        " INSERT INTO match_people (match_id, profile_id, liked)"
        " SELECT m.id, p.id, p.id = %s FROM m, profiles p WHERE p.id IN (%s, %s)",
        two.both,
        bob.user_id,
        two.b,
        two.a,
        two.b,
    )
    # A number that no float holds.
    rows(
        rt,
        """INSERT INTO profile_raw (profile_id, source, raw) VALUES
             (%s, 'linkedin', '{"x": 1, "n": 12345678901234567890.123456789}'), (%s, 'linkedin', '{"x": 2, "y": 3}'),
             (%s, 'csv', '{"z": [1, {"deep": null}]}')""",
        two.a,
        two.b,
        two.b,
    )
    rows(
        rt,
        "UPDATE candidates SET stage = 'shortlisted', stage_changed_at = '2026-01-01', tags = '{call,x}',"
        " changed_by = %s WHERE id = %s",
        bob.user_id,
        two.both_a,
    )
    rows(
        rt,
        "UPDATE candidates SET stage = 'contacted', stage_changed_at = '2026-02-01', tags = '{x,émigré}', score = 8.5,"
        " fit = 'strong', screened_at = '2026-03-01', filter_status = 'filtered_manual' WHERE id = %s",
        two.both_b,
    )
    rows(rt, "UPDATE candidates SET score = 3, fit = 'weak', screened_at = '2026-02-01' WHERE id = %s", two.both_a)
    rows(rt, "UPDATE candidates SET stage = 'hired', tags = '{best}' WHERE id = %s", two.right_b)
    for member, body in ((two.both_a, "Own"), (two.both_b, "Other"), (two.both_b, "More"), (two.right_b, "Elsewhere")):
        rows(rt, "INSERT INTO notes (candidate_id, user_id, body) VALUES (%s, %s, %s)", member, bob.user_id, body)
        rows(rt, "UPDATE candidates SET note_count = note_count + 1 WHERE id = %s", member)
    rubric = one(
        rt,
        "INSERT INTO rubrics (search_id, version, job_description, created_by) VALUES (%s, 1, 'x', %s) RETURNING id",
        two.both,
        alice.user_id,
    )["id"]
    criteria = [
        one(
            rt,
            "INSERT INTO criteria (rubric_id, position, title, question, kind, weight)"
            " VALUES (%s, %s, 't', 'q', 'must', 1) RETURNING id",
            rubric,
            n,
        )["id"]
        for n in (1, 2)
    ]
    runs = [
        one(
            rt,
            "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('screen', %s, %s, 'done') RETURNING id",
            two.both,
            alice.user_id,
        )["id"]
        for _ in range(2)
    ]
    for member, criterion, verdict in (
        (two.both_a, criteria[0], "fail"),
        (two.both_a, criteria[1], "unknown"),
        (two.both_b, criteria[0], "pass"),
    ):
        rows(
            rt,
            "INSERT INTO verdicts (candidate_id, criterion_id, run_id, input_hash, model, prompt_version, verdict)"
            " VALUES (%s, %s, %s, 'h', 'm', '1', %s)",
            member,
            criterion,
            runs[0],
            verdict,
        )
    for run, member in ((runs[0], two.both_a), (runs[0], two.both_b), (runs[1], two.both_b)):
        rows(
            rt,
            "INSERT INTO screening_items (run_id, candidate_id, state, tokens, cost)"
            " VALUES (%s, %s, 'done', 120, 0.000123)",
            run,
            member,
        )
    for run, member in ((runs[0], two.both_a), (runs[0], two.both_b), (runs[1], two.both_b)):
        rows(
            rt,
            "INSERT INTO enrichment_items (run_id, candidate_id, state, needs) VALUES (%s, %s, 'done', '{email}')",
            run,
            member,
        )
    for member in (two.both_a, two.both_b):
        rows(
            rt,
            "INSERT INTO overrides (candidate_id, user_id, model_fit, fit, reason)"
            " VALUES (%s, %s, 'weak', 'strong', 'y')",
            member,
            bob.user_id,
        )
        rows(
            rt,
            "INSERT INTO ai_decisions (candidate_id, rubric_id, user_id, model, prompt_version, input_hash, output,"
            " tokens) VALUES (%s, %s, %s, 'm', '1', 'h', '{}', 1)",
            member,
            rubric,
            bob.user_id,
        )
        batch = one(
            rt,
            "INSERT INTO change_batches (search_id, user_id, action, value, changed) VALUES"
            " (%s, %s, 'stage', 'contacted', 1) RETURNING id",
            two.both,
            bob.user_id,
        )["id"]
        rows(
            rt,
            "INSERT INTO changes (batch_id, candidate_id, field, old, new) VALUES (%s, %s, 'stage', '\"new\"',"
            " '\"contacted\"')",
            batch,
            member,
        )
    rows(
        rt,
        "INSERT INTO profile_fields (profile_id, field, source, at) VALUES (%s, 'title', 'xlsx', '2026-01-05'),"
        " (%s, 'title', 'csv', '2026-02-05'), (%s, 'location', 'csv', '2025-02-05')",
        two.a,
        two.b,
        two.b,
    )
    ledger(rt, two, alice, bob)
    rows(rt, "INSERT INTO identity_keys (key, profile_id) VALUES (1, %s), (1, %s), (-5, %s)", two.a, two.b, two.b)
    rows(rt, "INSERT INTO identity_checks (profile_id, updated_at, rules) SELECT id, updated_at, 1 FROM profiles")


def ledger(rt: Runtime, two: Two, alice: Actor, bob: Actor) -> int:
    """A rule leaves the second of them out where both are; the first one came back from it, and is flagged. Returns
    the rule's id."""
    run = one(rt, "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('filter', %s, %s, 'done') RETURNING id",
              two.both, alice.user_id)["id"]  # fmt: skip
    rule = one(
        rt,
        "INSERT INTO filter_rules (run_id, position, kind, params, sentence, filter_status, fingerprint)"
        " VALUES (%s, 0, 'title', '{}', 'Leave out seniors', 'filtered_title', 'f') RETURNING id",
        run,
    )["id"]
    rows(rt, "INSERT INTO exclusions (search_id, candidate_id, rule_id, filter_status, user_id, restored_at,"
             " restored_by, restored_as) VALUES (%s, %s, %s, 'filtered_title', %s, now(), %s, 'person')",
         two.both, two.both_a, rule, bob.user_id, bob.user_id)  # fmt: skip
    rows(rt, "INSERT INTO exclusions (search_id, candidate_id, rule_id, filter_status, user_id)"
             " VALUES (%s, %s, %s, 'filtered_manual', %s)", two.both, two.both_b, rule, bob.user_id)  # fmt: skip
    rows(rt, "UPDATE candidates SET filter_rule_id = %s WHERE id = %s", rule, two.both_b)
    rows(rt, "INSERT INTO filter_flags VALUES (%s, %s), (%s, %s)", two.both_a, rule, two.both_b, rule)
    return int(rule)


def everything(rt: Runtime) -> dict[str, list[str]]:
    """Every row of every table of ours as text, in order; a search without its version."""
    tables = rows(
        rt,
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND NOT starts_with(relname, 'procrastinate')",
    )
    found = {}
    for table in sorted({row["relname"] for row in tables} - NOT_COMPARED):
        text = "(to_jsonb(t) - 'data_version')::text" if table == "searches" else "t::text"
        found[table] = [row["row"] for row in rows(rt, f"SELECT {text} AS row FROM {table} t ORDER BY 1")]
    return found
