"""A fit that a person decides in the drawer: saved with its reason, refused without one, shown at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from layouts import drawer, ids, text
from services.access.identity import Actor
from services.people import person
from services.runtime import Runtime
from services.screening import overrides
from services.searches import searches
from tests.screening import add_search, row, rows, value
from tests.web import Browser, call

DECIDE = f"..{ids.PERSON_BODY}.children...{ids.PERSON_ANSWER}.data...{ids.OVERRIDE_PROBLEM}.children.."
ClientFor = Callable[[Actor], Browser]


def decide(client: Browser, search: str, candidate: Any, fit: Any, reason: Any) -> Any:
    page = {"search_id": search, "version": None, "sort": []}
    state = [
        (ids.OVERRIDE_FIT, "value", fit), (ids.OVERRIDE_REASON, "value", reason),
        (ids.PERSON_ANSWER, "data", {"person": str(candidate)}), (ids.GRID_VIEW, "data", page),
    ]  # fmt: skip
    return call(client, DECIDE, [(ids.OVERRIDE_SAVE, "n_clicks", 1)], state)


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> tuple[str, int]:
    search = add_search(rt, alice, 2)
    return search, int(rows(rt, "SELECT id FROM candidates WHERE search_id = %s ORDER BY id", search)[0]["id"])


def test_a_decision_is_saved_and_shown_and_the_row_is_patched(
    rt: Runtime, alice: Actor, client_for: ClientFor, place: tuple[str, int]
) -> None:
    search, one = place
    before = row(rt, "SELECT s.data_version AS version, c.stage FROM searches s JOIN candidates c ON c.id = %s", one)
    answer = decide(client_for(alice), search, one, "strong", " Wrote\nthe book. ").get_json()["response"]
    sent = answer[ids.PERSON_ANSWER]["data"]
    assert sent["row"] == {"fit": "strong"}
    assert (sent["version_before"], sent["version_after"]) == (before["version"], before["version"] + 1)
    assert "Wrote the book." in str(answer[ids.PERSON_BODY]["children"])
    kept = overrides.last(rt, alice, search, one)
    assert kept is not None and (kept.fit, kept.model_fit, kept.reason) == ("strong", None, "Wrote the book.")
    assert value(rt, "SELECT fit FROM candidates WHERE id = %s", one) == "strong"
    assert value(rt, "SELECT stage FROM candidates WHERE id = %s", one) == before["stage"]


@pytest.mark.parametrize(
    ("fit", "reason", "said"),
    [
        ("strong", "", "in a few words"),
        ("strong", "\0 ", "in a few words"),
        ("strong", None, "in a few words"),
        ("excellent", "Because.", "Choose a fit"),
        (["strong"], "Because.", "Choose a fit"),
        ("strong", "x" * 2001, "2,000 characters"),
    ],
)
def test_a_decision_that_cannot_be_kept_is_refused_beside_the_form(
    rt: Runtime, alice: Actor, client_for: ClientFor, place: tuple[str, int], fit: Any, reason: Any, said: str
) -> None:
    answer = decide(client_for(alice), *place, fit, reason).get_json()["response"]
    assert list(answer) == [ids.OVERRIDE_PROBLEM]
    assert said in answer[ids.OVERRIDE_PROBLEM]["children"]
    assert value(rt, "SELECT count(*) FROM overrides") == 0


def test_others_decide_nothing(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, client_for: ClientFor, place: tuple[str, int]
) -> None:
    assert decide(client_for(charlie), *place, "strong", "Because.").status_code == 403
    assert text.OVERRIDE_OPEN not in str(_drawer(rt, charlie, *place))
    assert text.OVERRIDE_OPEN in str(_drawer(rt, alice, *place))
    searches.set_visibility(rt, alice, place[0], "private")
    decide(client_for(bob), *place, "strong", "Because.")
    assert value(rt, "SELECT count(*) FROM overrides") == 0


def _drawer(rt: Runtime, actor: Actor, search: str, candidate: int) -> Any:
    return drawer.person_body(person.person(rt, actor, UUID(search), candidate))
