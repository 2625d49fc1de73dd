"""What tests of enrichment share: a search of people with public addresses, and runs that are done here and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.access.identity import Actor
from services.config import Settings
from services.enrichment import enrichment
from services.enrichment.enrichment_estimate import Choice
from services.grid.grid_view import View
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import searches
from tests.screening import row, rows, value

__all__ = ["add_people", "profile", "row", "rows", "start", "value", "with_vendors", "work"]


def with_vendors(settings: Settings, salesql: Any = None, crustdata: Any = None, **more: Any) -> Settings:
    """Settings that point at running stubs, with limits that no test meets unless it asks for them."""
    given: dict[str, Any] = {"salesql_rpm": 100_000, "crustdata_rpm": 100_000}
    if salesql is not None:
        given |= {"salesql_api_key": salesql.key, "salesql_base_url": f"{salesql.url}/v1"}
    if crustdata is not None:
        given |= {"crustdata_api_key": crustdata.key, "crustdata_base_url": crustdata.url,
                  "crustdata_api_generation": crustdata.generation}  # fmt: skip
    return replace(settings, **given | more)


def add_people(rt: Runtime, actor: Actor, slugs: Sequence[str], title: str = "Engineers") -> str:
    """A search of people with these public addresses, all of them shortlisted; returns its id."""
    search = searches.create_search(rt, actor, title)
    with rt.db.connection() as conn:
        made = conn.execute(
            "INSERT INTO profiles (full_name, linkedin_url, source) SELECT 'Ada ' || slug,"
            " 'https://www.linkedin.com/in/' || slug, 'csv' FROM unnest(%s::text[]) AS slug RETURNING id, linkedin_url",
            [list(slugs)],
        ).fetchall()
        conn.execute(
            "INSERT INTO profile_urls (url_key, profile_id) SELECT 'linkedin.com/in/' || slug, p.id"
            " FROM unnest(%s::text[], %s::bigint[]) AS p (slug, id)",
            [[one["linkedin_url"].rpartition("/")[2] for one in made], [one["id"] for one in made]],
        )
        conn.execute("SELECT add_candidates(%s, %s, %s)", [search.id, [one["id"] for one in made], actor.user_id])
        conn.execute("UPDATE candidates SET stage = 'shortlisted' WHERE search_id = %s", [search.id])
    return str(search.id)


def chosen(rt: Runtime, search_id: str, wants: Sequence[str], *, again: bool = False, only: Any = ()) -> Choice:
    return enrichment.choice(rt, View.of(search_id, status="active"), list(wants), only, again)


def start(rt: Runtime, actor: Actor, search_id: str, *wants: str, again: bool = False, only: Any = ()) -> int:
    return enrichment.start(rt, actor, chosen(rt, search_id, wants, again=again, only=only))


def work(rt: Runtime, run_id: int, slot: str = "test") -> dict[str, Any]:
    """Do a waiting run as a job worker would; returns its row."""
    runner = Runner(rt, slot)
    runner.start()
    try:
        runner.execute(run_id)
    finally:
        runner.close()
    return row(rt, "SELECT * FROM runs WHERE id = %s", run_id)


def profile(rt: Runtime, slug: str) -> dict[str, Any]:
    return row(rt, "SELECT * FROM profiles WHERE linkedin_url = %s", f"https://www.linkedin.com/in/{slug}")
