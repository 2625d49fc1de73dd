"""What tests of screening share: a search with people, a rubric, and runs that are done here and now."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.access.identity import Actor
from services.grid.grid_view import View
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.screening import rubrics, screening
from services.screening.rubrics import Criterion, Rubric
from services.searches import searches

JOB = "Data engineer in Bern, at least 5 years of experience. Python is a must. Kubernetes is nice to have."
CRITERIA = (
    Criterion("Python", "Does the profile show experience with python?", "must", Decimal(4)),
    Criterion("Kubernetes", "Does the profile show experience with kubernetes?", "should", Decimal(2)),
    Criterion("Bern", "Is the candidate based in Bern?", "should", Decimal(1)),
)


def add_search(rt: Runtime, actor: Actor, people: int, title: str = "Data engineers") -> str:
    """A search with so many people: every other one knows Python, every third Kubernetes, every fourth is in Bern."""
    search = searches.create_search(rt, actor, title)
    with rt.db.connection() as conn:
        made = conn.execute(
            """INSERT INTO profiles (full_name, first_name, last_name, title, company, location, skills, summary,
                years_experience)
            SELECT 'Ada Example ' || n, 'Ada', 'Example', 'Data engineer', 'Northwind',
                CASE WHEN mod(n, 4) = 0 THEN 'Bern, Switzerland' ELSE 'Oslo, Norway' END,
                ARRAY['SQL'] || CASE WHEN mod(n, 2) = 0 THEN ARRAY['Python'] ELSE '{}' END
                    || CASE WHEN mod(n, 3) = 0 THEN ARRAY['Kubernetes'] ELSE '{}' END,
                'Moves data, number ' || n, mod(n, 20)
            FROM generate_series(1, %s) AS n RETURNING id""",
            [people],
        ).fetchall()
        conn.execute("SELECT add_candidates(%s, %s, %s)", [search.id, [one["id"] for one in made], actor.user_id])
    return str(search.id)


def save_rubric(rt: Runtime, actor: Actor, search_id: str, criteria: tuple[Criterion, ...] = CRITERIA) -> Rubric:
    return rubrics.save(rt, actor, search_id, JOB, criteria)


def start(rt: Runtime, actor: Actor, search_id: str, rubric: Rubric | None = None, **view: Any) -> int:
    rubric = rubric or save_rubric(rt, actor, search_id)
    return screening.start(rt, actor, View.of(search_id, **view), rubric.id)


def work(rt: Runtime, run_id: int, slot: str = "test") -> dict[str, Any]:
    """Do a waiting run as a job worker would; returns its row."""
    runner = Runner(rt, slot)
    runner.start()
    try:
        runner.execute(run_id)
    finally:
        runner.close()
    return row(rt, "SELECT * FROM runs WHERE id = %s", run_id)


def rows(rt: Runtime, query: str, *params: Any) -> list[dict[str, Any]]:
    with rt.db.connection() as conn:
        return [dict(found) for found in conn.execute(query, params)]


def row(rt: Runtime, query: str, *params: Any) -> dict[str, Any]:
    (found,) = rows(rt, query, *params)
    return found


def value(rt: Runtime, query: str, *params: Any) -> Any:
    (found,) = row(rt, query, *params).values()
    return found
