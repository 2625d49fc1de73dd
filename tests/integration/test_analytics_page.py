"""Analytics: exact sums of what the reader may see, as charts, tables and files."""

from __future__ import annotations

import csv
import io
import json
import random
import statistics
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from layouts import analytics_tables, ids, text
from services.access.identity import Actor
from services.decisions import candidates, undo
from services.decisions.candidates import action_of
from services.errors import Forbidden, NotFound
from services.figures import analytics
from services.people import notes
from services.runtime import Runtime
from services.searches import searches
from services.spending import usage_ledger
from tests.people import Person, add_people, add_search
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
NOW = datetime.now(UTC)


class Place:
    """Alice's search of eight people from two sources; two were moved on, one back again."""

    def __init__(self, rt: Runtime, alice: Actor) -> None:
        self.rt, self.alice = rt, alice
        old = NOW - timedelta(days=200)
        with rt.db.connection() as conn:
            self.search: uuid.UUID = add_search(conn, alice)
            self.ids = add_people(conn, self.search, [
                Person(source="crustdata", has_email=True, score=9.5, fit="strong", screened_at=NOW, added_at=NOW),
                Person(source="crustdata", score=10, fit="strong", screened_at=NOW, added_at=NOW),
                Person(source="crustdata", score=0, fit="weak", screened_at=NOW, added_at=NOW),
                Person(source="crustdata", filter_status="filtered_title", score=5, stage="shortlisted", added_at=NOW),
                Person(source="file.csv", stage="hired", added_at=old),
                Person(source="file.csv", stage="interviewing", added_at=old),
                Person(source="", added_at=NOW),
                Person(source="", added_at=old),
            ])  # fmt: skip

    def read(self, actor: Actor | None = None, **asked: Any) -> analytics.Analytics:
        return analytics.read(self.rt, actor or self.alice, **asked)

    def move(self, actor: Actor, one: int, stage: str, days_ago: float) -> int:
        """As the grid moves people, so many days ago."""
        done = candidates.change(self.rt, actor, self.search, [one], action_of("stage", stage), None)
        assert done.batch_id is not None
        with self.rt.db.connection() as conn:
            at = NOW - timedelta(days=days_ago)
            conn.execute("UPDATE change_batches SET created_at = %s WHERE id = %s", [at, done.batch_id])
            conn.execute("UPDATE candidates SET stage_changed_at = %s WHERE id = %s", [at, one])
        return done.batch_id


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    return Place(rt, alice)


def show(client: Browser, path: str = "/analytics", zone: str = "UTC") -> str:
    headers = {"X-CSRF-Token": client.csrf, "X-Time-Zone": zone}
    answer = call(client, "page.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", "")], headers=headers)
    return json.dumps(answer.get_json()["response"][ids.PAGE]["children"], ensure_ascii=False)


def test_people_are_counted_by_source_and_in_all(place: Place) -> None:
    found = place.read()
    assert (found.searches, found.people) == (1, 8)
    total = found.total
    assert (total.loaded, total.active, total.enriched, total.screened) == (8, 7, 1, 3)
    assert (total.shortlisted, total.contacted, total.interviewing, total.hired) == (2, 2, 2, 1)
    assert [(one.source, one.loaded, one.active, one.shortlisted) for one in found.sources] == [
        ("file.csv", 2, 2, 2), ("crustdata", 4, 3, 0), ("", 2, 2, 0),
    ]  # fmt: skip
    assert found.sources[0].share == 1.0 and found.sources[1].score == pytest.approx(6.5)
    assert found.scores == (1, 0, 0, 0, 0, 0, 0, 0, 0, 2), "who is filtered out is not among them"


def test_a_period_is_about_who_was_added_in_it(place: Place) -> None:
    found = place.read(period=90)
    assert (found.total.loaded, found.total.hired) == (5, 0)
    assert {one.source for one in found.sources} == {"crustdata", ""}
    assert place.read(period=365).total.loaded == 8
    with pytest.raises(NotFound):
        place.read(period=31)


def test_time_in_a_stage_is_that_between_two_moves(place: Place) -> None:
    with place.rt.db.connection() as conn:
        conn.execute(
            "UPDATE candidates SET added_at = %s WHERE id = ANY (%s)", [NOW - timedelta(days=10), place.ids[:3]]
        )
    first, second, third = place.ids[:3]
    place.move(place.alice, first, "shortlisted", 8)
    place.move(place.alice, first, "contacted", 3)
    place.move(place.alice, second, "shortlisted", 4)
    undone = place.move(place.alice, third, "rejected", 1)
    undo.undo(place.rt, place.alice, undone)
    # Who is in a stage now has been there until the moment of the question, some time after NOW.
    asked = datetime.now(UTC)
    stages = {one.stage: one for one in place.read().stages}
    answered = datetime.now(UTC)
    assert stages["new"].went_on == 2 and stages["new"].median == pytest.approx(4, abs=0.01)
    assert stages["new"].most == pytest.approx(5.6, abs=0.01)
    shortlisted = stages["shortlisted"]
    assert (shortlisted.went_on, shortlisted.there) == (1, 1)
    assert shortlisted.median == pytest.approx(5, abs=0.01) and stages["contacted"].median is None
    for stage, days in (("shortlisted", 4), ("contacted", 3)):
        began, error = NOW - timedelta(days=days), timedelta(seconds=1)
        waiting = timedelta(days=stages[stage].waiting or 0)
        assert asked - began - error <= waiting <= answered - began + error
    assert "rejected" not in stages, "what was undone did not happen"


def spend(rt: Runtime, actor: Actor, search: object, vendor: str, cost: str) -> None:
    with rt.db.connection() as conn:
        usage_ledger.record(
            conn, actor.user_id, usage_ledger.Call(vendor, "ok", search_id=str(search), cost=Decimal(cost))
        )


def test_cost_is_by_search_and_within_one_by_vendor(place: Place) -> None:
    spend(place.rt, place.alice, place.search, "openai", "3")
    spend(place.rt, place.alice, place.search, "crustdata", "1")
    (cost,) = place.read().costs
    assert (cost.label, cost.cost, cost.shortlisted, cost.each) == ("Backend Bern", 4, 2, 2)
    inside = place.read(search_id=place.search, period=30)
    assert [(one.label, one.cost, one.each) for one in inside.costs] == [
        ("openai", 3, Decimal("1.5")), ("crustdata", 1, Decimal("0.5")),
    ]  # fmt: skip
    assert inside.by_vendor and inside.total.shortlisted == 0, "who is shortlisted counts, whenever they were added"


def test_everybody_sees_themselves_and_an_admin_everybody(place: Place, bob: Actor, admin: Actor) -> None:
    place.move(place.alice, place.ids[0], "shortlisted", 1)
    place.move(bob, place.ids[1], "shortlisted", 1)
    notes.add_note(place.rt, bob, place.search, place.ids[1], "Seen.")
    assert [(one.label, one.moved, one.notes) for one in place.read(place.alice).team] == [
        ("Alice Owner", 1, 0), ("", 1, 1)]  # fmt: skip
    assert [(one.label, one.total) for one in place.read(bob).team] == [("Bob Teammate", 2), ("", 1)]
    assert [(one.label, one.total) for one in place.read(admin).team] == [("Bob Teammate", 2), ("Alice Owner", 1)]
    assert sum(done.total for _, done in place.read(bob).weeks) == 3


def test_weeks_are_those_of_the_readers_zone_also_when_the_clocks_change(place: Place, client_for: ClientFor) -> None:
    """Sunday night by UTC is Monday in Zurich, an hour earlier once it is summer there, and Sunday in New York."""
    moments = ("2026-03-22T22:30Z", "2026-03-22T23:30Z", "2026-03-29T21:30Z", "2026-03-29T22:30Z")
    for stage, at in zip(("shortlisted", "contacted", "interviewing", "hired"), moments, strict=True):
        batch = place.move(place.alice, place.ids[0], stage, 0)
        with place.rt.db.connection() as conn:
            conn.execute("UPDATE change_batches SET created_at = %s WHERE id = %s", [at, batch])
    weeks = {
        zone: [(str(monday), done.moved) for monday, done in place.read(zone=zone).weeks]
        for zone in ("UTC", "Europe/Zurich", "America/New_York")
    }
    assert weeks == {
        "UTC": [("2026-03-16", 2), ("2026-03-23", 2)],
        "Europe/Zurich": [("2026-03-16", 1), ("2026-03-23", 2), ("2026-03-30", 1)],
        "America/New_York": [("2026-03-16", 2), ("2026-03-23", 2)],
    }
    # The page asks in the reader's zone, and its file holds the same.
    client = client_for(place.alice)
    page = show(client, zone="Europe/Zurich")
    assert "2026-03-30" in page and "zone=Europe%2FZurich" in page
    file = client.get("/analytics.csv?table=weeks&zone=Europe/Zurich").get_data(as_text=True)
    rows = [line.split(",")[:2] for line in file.splitlines()[1:]]
    assert rows == [[monday, str(moved)] for monday, moved in weeks["Europe/Zurich"]]
    assert client.get("/analytics.csv?table=weeks&zone=Nowhere/Land").status_code == 200


def test_figures_are_those_that_python_counts_one_by_one(rt: Runtime, alice: Actor) -> None:
    """Funnel, scores, reasons and time in stages, after moves on and back of which some were taken back."""
    chance, added = random.Random(9), NOW - timedelta(days=100)
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
        scores = [chance.choice((None, chance.randint(0, 100) / 10)) for _ in range(8)]
        people = add_people(conn, search, [Person(score=score, added_at=added) for score in scores])
    now = dict.fromkeys(people, ("new", "", added))
    spells: dict[str, list[float]] = {}
    for ago in sorted((chance.uniform(0.1, 90) for _ in range(40)), reverse=True):
        one, stage, at = chance.choice(people), chance.choice(analytics.STAGES), NOW - timedelta(days=ago)
        before, _, since = now[one]
        reason = chance.choice(("skills", "salary", "")) if stage == "rejected" else ""
        if stage == before:
            continue
        batch = candidates.change(rt, alice, search, [one], action_of("stage", stage, reason)).batch_id
        assert batch is not None
        with rt.db.connection() as conn:
            conn.execute("UPDATE change_batches SET created_at = %s WHERE id = %s", [at, batch])
        if chance.random() < 0.25:
            undo.undo(rt, alice, batch)
            continue
        spells.setdefault(before, []).append((at - since).total_seconds() / analytics.DAY_S)
        now[one] = (stage, reason, at)

    found, stages = analytics.read(rt, alice), [stage for stage, _, _ in now.values()]
    for at, name in enumerate(analytics.STAGES[1:5], 1):
        assert getattr(found.total, name) == sum(stage in analytics.STAGES[at:5] for stage in stages), name
    assert found.scores == tuple(
        sum(score is not None and min(9, int(score)) == low for score in scores) for low in range(10)
    )
    assert dict(found.reasons) == Counter(reason for stage, reason, _ in now.values() if stage == "rejected")
    assert {one.stage for one in found.stages} == {*spells, *stages} - ({"new"} - set(spells))
    for one in found.stages:
        lasted = sorted(spells.get(one.stage, []))
        assert one.went_on == len(lasted)
        assert one.there == (stages.count(one.stage) if one.stage != "new" else 0), one.stage
        assert one.median == (pytest.approx(statistics.median(lasted)) if lasted else None)
        if len(lasted) > 1:
            assert one.most == pytest.approx(statistics.quantiles(lasted, n=10, method="inclusive")[8])


def test_what_others_keep_private_is_in_no_figure(
    place: Place, bob: Actor, charlie: Actor, admin: Actor, client_for: ClientFor
) -> None:
    spend(place.rt, place.alice, place.search, "openai", "3")
    place.move(place.alice, place.ids[0], "shortlisted", 1)
    assert place.read(bob).total.loaded == 8
    searches.set_visibility(place.rt, place.alice, str(place.search), "private")
    for actor in (bob, charlie):
        found = place.read(actor)
        assert (found.searches, found.people, found.total.loaded) == (0, 0, 0)
        assert found.costs == found.team == found.weeks == found.stages == ()
        with pytest.raises(Forbidden):
            place.read(actor, search_id=place.search)
        client = client_for(actor)
        assert text.ANALYTICS_EMPTY in show(client)
        assert client.get(f"/analytics.csv?table=funnel&search={place.search}").status_code == 403
        assert "Backend Bern" not in show(client, f"/search/{place.search}/analytics")
    assert place.read(admin).total.loaded == 8


def test_figures_move_on_with_the_data(place: Place) -> None:
    assert place.read().total.loaded == 8
    with place.rt.db.connection() as conn:
        add_people(conn, place.search, [Person(added_at=NOW)])
    assert place.read().total.loaded == 9


def test_figures_are_counted_without_redis_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place.rt.cache, "_down_until", float("inf"))
    assert place.read().total.loaded == 8


def test_the_page_has_a_chart_a_table_and_a_file_for_each_figure(place: Place, client_for: ClientFor) -> None:
    spend(place.rt, place.alice, place.search, "openai", "3")
    place.move(place.alice, place.ids[0], "shortlisted", 1)
    place.move(place.alice, place.ids[1], "rejected", 1)
    client = client_for(place.alice)
    for path in ("/analytics", f"/search/{place.search}/analytics", "/analytics/365"):
        page = show(client, path)
        for name in text.ANALYTICS_TITLES:
            assert f'"data-testid": "analytics-{name}"' in page and f'"id": "analytics-{name}"' in page, (path, name)
    for table in analytics_tables.tables(place.read()):
        answer = client.get(f"/analytics.csv?table={table.name}")
        assert answer.headers["Cache-Control"] == "no-store"
        lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
        assert lines[0] == list(table.head) and len(lines) == len(table.rows) + 1
    assert client.get("/analytics.csv?table=people").status_code == 404
    assert client.get("/analytics.csv?table=funnel&period=31").status_code == 404
    assert client.get("/analytics.csv?table=funnel&search=none").status_code == 400
    assert client.get("/analytics.csv?table=funnel&period=x").status_code == 400


def test_nothing_to_draw_says_what_to_do(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    client = client_for(alice)
    assert text.ANALYTICS_EMPTY in show(client)
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
    assert text.EMPTY_SEARCH_IMPORT in show(client, f"/search/{search}/analytics")
    with rt.db.connection() as conn:
        add_people(conn, search, [Person(added_at=NOW)])
    page = show(client, f"/search/{search}/analytics")
    for name in ("sources", "stages", "scores", "reasons", "costs", "team"):
        assert text.ANALYTICS_NONE[name] in page, name


def test_formulas_in_a_source_stay_text_in_the_file(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    with rt.db.connection() as conn:
        add_people(conn, add_search(conn, alice), [Person(source="=1+1", stage="hired", added_at=NOW)])
    lines = client_for(alice).get("/analytics.csv?table=sources").get_data(as_text=True).splitlines()
    assert lines[1].startswith("'=1+1,1,1")
