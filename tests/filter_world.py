"""People with jobs, schools and lists for tests of filter rules, as the plain reference has them and as rows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.filter_reference import Entries, Row
from services.access.identity import Actor
from services.filtering import aliases, filtering, lists
from services.filtering.list_rows import Entry
from services.runtime import Runtime
from tests.change_runs import work

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def add_rows(rt: Runtime, search_id: uuid.UUID, people: Sequence[Row]) -> list[int]:
    """Into profiles, their parts, and the search; the candidates' ids, which the rows then have, too."""
    with rt.db.connection() as conn:
        ids = []
        for one in people:
            given = {name: value for name, value in vars(one).items() if name not in ("jobs", "schools")}
            profile = conn.execute(_INSERT_PROFILE, given | {"skills": list(one.skills)}).fetchall()[0]["id"]
            for company, started, current in one.jobs:
                conn.execute(
                    "INSERT INTO positions (profile_id, company, started_on, is_current) VALUES (%s, %s, %s, %s)",
                    (profile, company, started, current),
                )
            for school in one.schools:
                conn.execute("INSERT INTO educations (profile_id, school) VALUES (%s, %s)", (profile, school))
            if one.url_key:
                conn.execute("INSERT INTO profile_urls VALUES (%s, %s) ON CONFLICT DO NOTHING", (one.url_key, profile))
            ids.append(profile)
        found = conn.execute("SELECT * FROM add_candidates(%s, %s, NULL)", (search_id, ids)).fetchall()
        conn.execute("UPDATE searches SET profile_count = profile_count + %s WHERE id = %s", (len(ids), search_id))
        candidates = sorted(next(iter(row.values())) for row in found)
    for one, candidate in zip(people, candidates, strict=True):
        one.id = candidate
    return candidates


def add_list(
    rt: Runtime, actor: Actor, kind: str, entries: Sequence[Entry], holds: str | None = None
) -> tuple[int, Entries]:
    """A filled list: its id, and the list for the reference."""
    list_id = lists.create(rt, actor, kind, f"{kind} {uuid.uuid4().hex[:6]}", holds)
    if entries:
        lists.replace(rt, actor, list_id, entries)
    return list_id, entries_of(rt, actor, list_id)


def entries_of(rt: Runtime, actor: Actor, list_id: int) -> Entries:
    found, _ = lists.entries(rt, actor, list_id)
    about = lists.get(rt, actor, list_id)
    names = [(one.name, one.same_as) for one in aliases.all_of(rt, about.holds)]
    return Entries(about.holds, [(e.id, e.label, e.url_key, e.email_key, e.company) for e in found], names)


def named(*names: str) -> list[Entry]:
    return [Entry(n, name, name) for n, name in enumerate(names, 1)]


def apply(rt: Runtime, actor: Actor, search_id: uuid.UUID, rules: Sequence[Mapping[str, Any]], **how: Any) -> int:
    """Start a run and do it; returns its id."""
    run_id = filtering.start(rt, actor, search_id, rules, **how)
    work(rt, run_id)
    return run_id


def statuses(rt: Runtime, search_id: uuid.UUID) -> dict[int, str]:
    with rt.db.connection() as conn:
        found = conn.execute("SELECT id, filter_status FROM candidates WHERE search_id = %s", (search_id,)).fetchall()
    return {row["id"]: row["filter_status"] for row in found}


def terms(rt: Runtime) -> list[dict[str, Any]]:
    with rt.db.connection() as conn:
        return conn.execute("SELECT term, says, rank, cancels FROM title_terms").fetchall()


_INSERT_PROFILE = """
INSERT INTO profiles (full_name, title, company, location, country, headline, skills, email, phone, linkedin_url,
    source, years_experience, current_tenure_months, average_tenure_months)
VALUES (%(full_name)s, %(title)s, %(company)s, %(location)s, %(country)s, %(headline)s, %(skills)s::text[], %(email)s,
    %(phone)s, %(linkedin_url)s, %(source)s, %(years_experience)s, %(current_tenure_months)s, %(average_tenure_months)s)
RETURNING id
"""
