"""`sourcingx enrich`: the waterfall without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.access.identity import Actor
from services.config import Settings
from services.runtime import Runtime
from tests.enrichment import add_people, profile, rows, start, with_vendors
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.stubs.salesql_server import SalesqlStub

__all__ = ["sourcingx"]


@pytest.fixture
def stub() -> Iterator[SalesqlStub]:
    with SalesqlStub() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: SalesqlStub) -> Settings:
    return with_vendors(settings, stub, salesql_daily=4)


def test_the_people_of_a_view_are_estimated_then_looked_for(
    rt: Runtime, alice: Actor, sourcingx: CommandLine, stub: SalesqlStub
) -> None:
    search = add_people(rt, alice, ["ana-one", "bo-two", "nobody-three"], "Engineers")
    told = sourcingx.json("enrich", "Engineers", "--want", "email", "--want", "phone", "--estimate")
    assert (told["people"], told["asked"]) == (3, 3) and stub.asked == [] and rows(rt, "SELECT id FROM runs") == []
    (one,) = told["vendors"]
    assert (one["vendor"], one["people"], one["credits"], one["expected_credits"]) == ("salesql", 3, 3, 2)
    code, out, _ = sourcingx("enrich", "Engineers", "--want", "email", "--estimate")
    assert code == 0 and "salesql: 3 people, 2 credits expected, 3 at most" in out
    done = sourcingx.json("enrich", "Engineers", "--want", "email", "--want", "phone", "--status", "shortlisted")
    assert (done["search"], done["state"], done["people"]) == (search, "done", 3)
    assert (done["found"], done["missed"], done["credits"], done["failed"]) == (2, 1, 2, 0)
    assert profile(rt, "ana-one")["email"] and profile(rt, "bo-two")["phone"]


def test_a_day_that_is_used_up_is_said_and_exits_1(rt: Runtime, alice: Actor, sourcingx: CommandLine) -> None:
    add_people(rt, alice, [f"ana-{n}" for n in range(20)])
    code, out, err = sourcingx("enrich", "Engineers", "--want", "email")
    assert code == 1 and "state: paused" in out and "found: 4" in out and "4 of today are used" in err


def test_what_cannot_be_taken_is_one_line_and_starts_nothing(
    rt: Runtime, alice: Actor, charlie: Actor, sourcingx: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_people(rt, alice, ["ana-one"])

    def refused(*argv: str) -> str:
        code, out, err = sourcingx("enrich", *argv)
        assert (code, out, err.count("\n")) == (2, "", 1), err
        return err

    assert "--want" in refused("Engineers")
    assert "invalid choice" in refused("Engineers", "--want", "salary")
    assert "CRUSTDATA_API_KEY" in refused("Engineers", "--want", "history")
    assert "no active user" in refused("Engineers", "--want", "email", "--user", "nobody@example.com")
    assert refused("Nowhere", "--want", "email")
    assert "may look at" in refused("Engineers", "--want", "email", "--user", "charlie@example.com")
    monkeypatch.setenv("SALESQL_API_KEY", "")
    assert "an admin sets CRUSTDATA_API_KEY or SALESQL_API_KEY" in refused("Engineers", "--want", "email")
    assert rows(rt, "SELECT id FROM runs") == []


def test_one_under_way_is_not_started_beside(rt: Runtime, alice: Actor, sourcingx: CommandLine) -> None:
    start(rt, alice, add_people(rt, alice, ["ana-one"]), "email")
    code, _, err = sourcingx("enrich", "Engineers", "--want", "phone")
    assert (code, "has not ended" in err) == (2, True)
