"""Decisions that were on their way when triage was left: they come with the page that goes, and once more after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.access.identity import Actor
from services.decisions import candidates, triage_left
from services.decisions.candidates import action_of
from services.errors import Unavailable
from services.people import mentions, notes
from services.runtime import Runtime
from tests.integration.test_triage import Desk
from tests.web import Browser

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def desk(rt: Runtime, alice: Actor) -> Desk:
    return Desk(rt, alice)


def leave(desk: Desk, client: Browser, actor: Actor, steps: Any, user: int | None = None) -> TestResponse:
    body = {"user": str(user or actor.user_id), "steps": steps}
    return client.send(f"/triage/{desk.search}/left", json=body)


def decision(
    desk: Desk, client: Browser, person: int, value: Any = "shortlisted", reason: Any = None
) -> dict[str, Any]:
    return {"do": "decide", "person": str(desk.people[person]), "value": value, "reason": reason,
            "snapshot": desk.seen(client, person)}  # fmt: skip


def test_what_was_decided_holds_and_the_same_twice_is_one(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    steps = [decision(desk, client, 0), decision(desk, client, 1, "rejected", "salary")]
    for _ in range(2):
        assert leave(desk, client, alice, steps).get_json() == {"saved": 2, "refused": 0}
        assert desk.stages()[:3] == ["shortlisted", "rejected", "new"]
    assert desk.reasons() == [(0, ""), (1, "salary")]


def test_a_colleague_who_was_first_is_not_overruled(
    desk: Desk, client_for: ClientFor, alice: Actor, bob: Actor
) -> None:
    client = client_for(alice)
    steps = [decision(desk, client, 0), decision(desk, client, 1), decision(desk, client, 2)]
    candidates.change(desk.rt, bob, desk.search, desk.people[:1], action_of("stage", "contacted"))
    with desk.rt.db.connection() as conn:
        conn.execute("DELETE FROM candidates WHERE id = %s", [desk.people[1]])
    assert leave(desk, client, alice, steps).get_json() == {"saved": 1, "refused": 2}
    assert desk.stages()[:2] == ["contacted", "shortlisted"]


def test_one_about_somebody_who_was_gone_already_takes_no_other_along(
    desk: Desk, client_for: ClientFor, alice: Actor
) -> None:
    """Whoever is gone is shown as such, and has no snapshot."""
    client = client_for(alice)
    steps = [decision(desk, client, 0), decision(desk, client, 1) | {"snapshot": None}, decision(desk, client, 2)]
    assert leave(desk, client, alice, steps).get_json() == {"saved": 2, "refused": 1}
    assert desk.stages()[:3] == ["shortlisted", "new", "shortlisted"]


def test_a_decision_is_taken_back_by_its_batch_or_by_being_the_newest(
    desk: Desk, client_for: ClientFor, alice: Actor
) -> None:
    client = client_for(alice)
    batch = desk.decide(client, 0, "shortlisted")["batch"]
    known = [{"do": "undo", "batch": batch}]
    for _ in range(2):
        assert leave(desk, client, alice, known).get_json() == {"saved": 1, "refused": 0}, "the same Undo twice is one"
    # It was on its way already, and perhaps has arrived.
    under_way = [decision(desk, client, 1), {"do": "undo", "batch": None}]
    desk.decide(client, 1, "shortlisted")
    assert leave(desk, client, alice, under_way).get_json() == {"saved": 2, "refused": 0}
    assert leave(desk, client, alice, [{"do": "undo", "batch": None}]).get_json() == {"saved": 0, "refused": 1}
    assert desk.stages() == ["new"] * 8


def test_whom_it_is_about_was_seen(desk: Desk, client_for: ClientFor, alice: Actor, bob: Actor) -> None:
    client = client_for(alice)
    notes.add_note(desk.rt, bob, desk.search, desk.people[1], "@Alice Owner")
    (second, *_) = desk.ahead(client, 0, count=1)["people"]
    assert mentions.unread(desk.rt, alice) == 1
    step = {"do": "decide", "person": str(desk.people[1]), "value": "shortlisted", "snapshot": second["snapshot"]}
    assert leave(desk, client, alice, [step]).get_json()["saved"] == 1
    assert mentions.unread(desk.rt, alice) == 0


def test_what_cannot_be_read_is_refused_and_changes_nothing(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    good = decision(desk, client, 0)
    for bad in (
        None, "x", [None], [good | {"do": "hire"}], [good | {"snapshot": 5}], [good | {"snapshot": "1:2"}],
        [good | {"person": "x"}], [{"do": "undo", "batch": "1"}], [good | {"value": "fired"}],
        [good] * (triage_left.MOST + 1),
    ):  # fmt: skip
        assert leave(desk, client, alice, bad).status_code == 400, bad
    assert client.send(f"/triage/{desk.search}/left", data="x").status_code == 400
    assert desk.stages() == ["new"] * 8


def test_nobody_decides_for_somebody_else(
    rt: Runtime, client_for: ClientFor, stranger: Browser, alice: Actor, bob: Actor, charlie: Actor
) -> None:
    desk = Desk(rt, alice, visibility="private")
    own = client_for(alice)
    steps = [decision(desk, own, 0)]
    for client, actor in ((client_for(bob), bob), (client_for(charlie), charlie)):
        assert leave(desk, client, actor, steps).status_code == 403
    # Another one who signed in since, in the window in which it was decided.
    assert leave(desk, own, alice, steps, user=bob.user_id).status_code == 403
    assert leave(desk, stranger, alice, steps).status_code == 401
    assert own.post(f"/triage/{desk.search}/left", json={"user": str(alice.user_id), "steps": steps}).status_code == 403
    assert desk.stages() == ["new"] * 8


def test_a_server_that_is_away_in_between_leaves_what_it_has_done_and_is_asked_again(
    desk: Desk, client_for: ClientFor, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(alice)
    steps = [decision(desk, client, 0), decision(desk, client, 1)]
    change, seen = candidates.change, list[Any]()

    def away(*given: Any) -> Any:
        seen.append(given)
        if len(seen) == 2:
            raise Unavailable("The database does not answer.")
        return change(*given)

    monkeypatch.setattr(candidates, "change", away)
    assert leave(desk, client, alice, steps).status_code == 503
    assert desk.stages()[:2] == ["shortlisted", "new"]
    assert leave(desk, client, alice, steps).get_json() == {"saved": 2, "refused": 0}
    assert desk.stages()[:2] == ["shortlisted", "shortlisted"]
