"""Triage over HTTP: one person after the other, decided with a reason, taken back, never over a colleague's head."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis

from layouts import ids, text
from services.access.identity import Actor
from services.decisions import candidates, collisions, refuse_reasons, triage
from services.decisions.candidates import action_of
from services.errors import BadInput, Forbidden, NotFound
from services.grid.grid_view import View
from services.people import mentions, notes
from services.runtime import Runtime
from tests.people import Person, add_people, add_search
from tests.screening import add_search as screened_search
from tests.screening import save_rubric
from tests.verdicts import judge
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
BY_NAME = [{"colId": "full_name", "sort": "asc"}]


class Desk:
    """Alice's search of eight people in the order of their names, and triage as someone has it open."""

    def __init__(self, rt: Runtime, owner: Actor, people: int = 8, visibility: str = "team") -> None:
        self.rt = rt
        with rt.db.connection() as conn:
            self.search: uuid.UUID = add_search(conn, owner, visibility)
            self.people = add_people(conn, self.search, [Person(full_name=f"P {n:02}") for n in range(people)])

    @property
    def view(self) -> View:
        return View.of(self.search, sort=BY_NAME)

    def page(self, **more: Any) -> dict[str, Any]:
        return {"search_id": str(self.search), "status": "active", "q": "", "f": {}, "sort": BY_NAME, **more}

    def open(self, client: Browser, query: str = "?sort=full_name.asc", person: int | None = None) -> Any:
        """The page as the router gives it."""
        search = query + (f"&person={self.people[person]}" if person is not None else "")
        found = call(client, "page.children", [(ids.URL, "pathname", f"/search/{self.search}/triage")],
                     [(ids.URL, "search", search)])  # fmt: skip
        return found.get_json()["response"]["page"]["children"]

    def ask(self, client: Browser, **request: Any) -> Any:
        found = call(client, "triage-answer.data", [(ids.TRIAGE_REQUEST, "data", {"n": 1, **request})],
                     [(ids.TRIAGE_VIEW, "data", self.page())])  # fmt: skip
        return found.get_json()["response"][ids.TRIAGE_ANSWER]["data"]

    def ahead(self, client: Browser, person: int, **more: Any) -> Any:
        request = {"n": 1, "person": str(self.people[person]), "position": person, **more}
        found = call(client, "triage-ahead.data", [(ids.TRIAGE_AHEAD_REQUEST, "data", request)],
                     [(ids.TRIAGE_VIEW, "data", self.page())])  # fmt: skip
        return found.get_json()["response"][ids.TRIAGE_AHEAD]["data"]

    def send(self, client: Browser, request: dict[str, Any]) -> Any:
        return call(client, "triage-done.data", [(ids.TRIAGE_CHANGE, "data", {"n": 1, **request})],
                    [(ids.TRIAGE_VIEW, "data", self.page())])  # fmt: skip

    def decide(self, client: Browser, person: int, value: Any, reason: Any = None, snapshot: Any = None) -> Any:
        request = {"do": "decide", "person": str(self.people[person]), "value": value, "reason": reason}
        found = self.send(client, request | {"snapshot": snapshot or self.seen(client, person)})
        return found.get_json()["response"][ids.TRIAGE_DONE]["data"]

    def undo(self, client: Browser, batch: int | None) -> Any:
        found = self.send(client, {"do": "undo", "batch": batch})
        return found.get_json()["response"][ids.TRIAGE_DONE]["data"]

    def seen(self, client: Browser, person: int) -> Any:
        return self.ask(client, do="open", person=str(self.people[person]))["snapshot"]

    def stages(self) -> list[str]:
        with self.rt.db.connection() as conn:
            rows = conn.execute("SELECT stage FROM candidates WHERE search_id = %s ORDER BY id", [self.search])
            return [row["stage"] for row in rows]

    def reasons(self) -> list[tuple[int, str]]:
        """Of decisions that hold: whose, and why."""
        with self.rt.db.connection() as conn:
            rows = conn.execute("SELECT h.candidate_id, b.reason FROM changes h JOIN change_batches b"
                                " ON b.id = h.batch_id WHERE h.field = 'stage' AND b.undone_at IS NULL"
                                " AND b.undoes IS NULL ORDER BY 1").fetchall()  # fmt: skip
        return [(self.people.index(row["candidate_id"]), row["reason"]) for row in rows]


@pytest.fixture
def desk(rt: Runtime, alice: Actor) -> Desk:
    return Desk(rt, alice)


def props_of(page: Any, id: str) -> dict[str, Any]:
    """The props of the component with this id, wherever it stands."""
    found = [part for part in parts(page) if part.get("props", {}).get("id") == id]
    assert len(found) == 1, f"{len(found)} of {id}"
    return dict(found[0]["props"])


def parts(component: Any) -> list[dict[str, Any]]:
    if isinstance(component, list):
        return [part for child in component for part in parts(child)]
    if not isinstance(component, dict) or "props" not in component:
        return []
    return [component, *parts(component["props"].get("children"))]


# ---- the page


def test_the_page_begins_with_the_first_one_of_the_list_and_says_of_how_many(
    desk: Desk, client_for: ClientFor, alice: Actor
) -> None:
    page = desk.open(client_for(alice))
    state = props_of(page, ids.TRIAGE_VIEW)["data"]
    assert (state["person"], state["position"], state["total"]) == (str(desk.people[0]), 0, 8)
    assert json.dumps(props_of(page, ids.TRIAGE_BODY)).count("P 00") >= 1


def test_the_order_is_that_of_the_list_in_the_address(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    page = desk.open(client_for(alice), "?sort=full_name.desc", person=6)
    state = props_of(page, ids.TRIAGE_VIEW)["data"]
    assert (state["person"], state["position"]) == (str(desk.people[6]), 1)
    assert props_of(page, ids.TRIAGE_TO_LIST)["href"].endswith("?sort=full_name.desc")


def test_the_search_page_shows_triage_where_its_address_says_so(
    desk: Desk, client_for: ClientFor, alice: Actor
) -> None:
    found = call(client_for(alice), "page.children", [(ids.URL, "pathname", f"/search/{desk.search}")],
                 [(ids.URL, "search", "?view=triage&sort=full_name.asc")])  # fmt: skip
    state = props_of(found.get_json()["response"]["page"]["children"], ids.TRIAGE_VIEW)["data"]
    assert state["person"] == str(desk.people[0])


def test_an_empty_view_says_so_and_leads_back(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    page = desk.open(client_for(alice), "?q=nobodyiscalledthis")
    assert text.TRIAGE_EMPTY in json.dumps(page)
    assert ids.TRIAGE_BODY not in json.dumps(page)


def test_no_verdict_is_chosen_before_a_person_has_decided(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    page = json.dumps(desk.open(client_for(alice)))
    assert "aria-pressed" not in page and '"checked": true' not in page
    assert desk.stages() == ["new"] * 8


def test_verdicts_stand_there_with_their_quotes(rt: Runtime, client_for: ClientFor, alice: Actor) -> None:
    search = screened_search(rt, alice, 2)
    rubric = save_rubric(rt, alice, search)
    judge(rt, search, rubric, lambda _, __: "pass")
    found = call(client_for(alice), "page.children", [(ids.URL, "pathname", f"/search/{search}/triage")],
                 [(ids.URL, "search", "")])  # fmt: skip
    shown = json.dumps(found.get_json()["response"]["page"]["children"])
    assert rubric.criteria[0].title in shown and "Moves data" in shown
    assert text.VERDICT_DIFFERENT not in shown


# ---- steps


def test_a_step_goes_on_and_back_and_ends_at_both_ends(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    for at, step, then in ((0, 1, 1), (1, -1, 0), (6, 1, 7)):
        found = desk.ask(client, do="step", step=step, person=str(desk.people[at]), position=at, version=None)
        assert (found["person"], found["position"], found["total"]) == (str(desk.people[then]), then, 8)
    for at, step in ((0, -1), (7, 1)):
        assert desk.ask(client, do="step", step=step, person=str(desk.people[at]), position=at)["end"] == step


def test_the_next_ones_come_together_and_no_more_than_there_are(
    desk: Desk, client_for: ClientFor, alice: Actor
) -> None:
    client = client_for(alice)
    found = desk.ahead(client, 0, count=3)["people"]
    assert [one["person"] for one in found] == [str(one) for one in desk.people[1:4]]
    assert all(one["card"]["props"]["data-candidate"] == one["person"] and one["snapshot"] for one in found)
    assert len(desk.ahead(client, 6, count=3)["people"]) == 1
    assert desk.ahead(client, 7, count=3)["people"] == []
    assert len(desk.ahead(client, 0, count=50)["people"]) == triage.MOST_AHEAD


def test_who_was_decided_and_left_the_view_does_not_shift_the_order(
    desk: Desk, rt: Runtime, alice: Actor, redis: Redis
) -> None:
    """By the list that the page holds while it lives, by who comes next once it is gone."""
    view = View.of(desk.search, sort=BY_NAME, filters={"stage_in": {"filterType": "set", "values": ["new"]}})
    spot = triage.opened(rt, alice, view, None, None)
    assert spot is not None and spot.total == 8
    for n in (0, 1, 2):
        triage.decide(rt, alice, desk.search, desk.people[n], "shortlisted", None, None)
    on = triage.stepped(rt, alice, view, spot.version, desk.people[2], 1, 2)
    assert on is not None and (on.candidate_id, on.position, on.total) == (desk.people[3], 3, 8)
    redis.flushall()
    on = triage.stepped(rt, alice, view, spot.version, desk.people[3], 1, 3)
    assert on is not None and (on.candidate_id, on.position, on.total) == (desk.people[4], 1, 5)


# ---- decisions


def test_a_rejection_is_kept_with_its_reason_and_a_shortlisting_without(
    desk: Desk, client_for: ClientFor, alice: Actor
) -> None:
    client = client_for(alice)
    assert desk.decide(client, 0, "rejected", "salary")["done"] is True
    assert desk.decide(client, 1, "shortlisted")["batch"]
    assert desk.stages()[:3] == ["rejected", "shortlisted", "new"]
    assert desk.reasons() == [(0, "salary"), (1, "")]
    card = json.dumps(desk.ask(client, do="open", person=str(desk.people[0]))["card"])
    assert text.HISTORY_REASON.format(reason=text.REFUSE_REASONS["salary"]) in card


@pytest.mark.parametrize(
    ("value", "reason"), [("rejected", "ugly"), ("shortlisted", "salary"), ("fired", None), ("rejected", ["salary"])]
)
def test_a_decision_that_is_none_changes_nothing(
    desk: Desk, client_for: ClientFor, alice: Actor, value: Any, reason: Any
) -> None:
    found = desk.decide(client_for(alice), 0, value, reason)
    assert (found["failed"], found["retry"]) == (True, False) and found["problem"]
    assert desk.stages() == ["new"] * 8 and desk.reasons() == []


def test_a_rejection_in_the_drawer_keeps_its_reason_too(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    request = {"n": 1, "action": "stage", "value": "rejected", "target": {"ids": [str(desk.people[0])]}}
    state = [(ids.GRID_VIEW, "data", desk.page())]
    for reason in ("location", "ugly"):
        call(
            client_for(alice), "change-answer.data", [(ids.CHANGE_REQUEST, "data", request | {"reason": reason})], state
        )
    assert desk.reasons() == [(0, "location")]


def test_every_reason_has_its_words_and_a_digit() -> None:
    assert tuple(text.REFUSE_REASONS) == refuse_reasons.CODES
    assert len(refuse_reasons.CODES) <= 9
    with pytest.raises(BadInput):
        action_of("tag_add", "x", "salary")


def test_what_a_colleague_decided_meanwhile_is_shown_and_stays(
    desk: Desk, client_for: ClientFor, alice: Actor, bob: Actor
) -> None:
    client = client_for(alice)
    seen = desk.seen(client, 0)
    candidates.change(desk.rt, bob, desk.search, desk.people[:1], action_of("stage", "contacted"))
    found = desk.decide(client, 0, "rejected", "skills", seen)
    assert found["done"] is False and found["person"] == str(desk.people[0])
    assert "Contacted by Bob Teammate today in this search" in found["problem"]
    assert found["problem"] in json.dumps(found["card"])
    assert desk.stages()[0] == "contacted" and desk.reasons() == [(0, "")]
    # Whoever has seen that may decide all the same.
    assert desk.decide(client, 0, "rejected", "skills", found["snapshot"])["done"] is True
    assert desk.stages()[0] == "rejected"


def test_the_same_decision_twice_is_one(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    desk.decide(client, 0, "rejected", "skills")
    again = desk.decide(client, 0, "rejected", "skills")
    assert (again["done"], again["batch"]) == (True, None)
    assert desk.reasons() == [(0, "skills")]


def test_a_decision_about_who_was_deleted_says_so(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    seen = desk.seen(client, 0)
    with desk.rt.db.connection() as conn:
        conn.execute("DELETE FROM candidates WHERE id = %s", [desk.people[0]])
    found = desk.decide(client, 0, "rejected", "skills", seen)
    assert (found["done"], found["problem"]) == (False, text.TRIAGE_GONE)
    assert text.PERSON_GONE in json.dumps(found["card"])


def test_undo_goes_back_over_several_steps_and_takes_the_reason_along(
    desk: Desk, client_for: ClientFor, alice: Actor
) -> None:
    client = client_for(alice)
    batches = [desk.decide(client, n, "rejected", "location")["batch"] for n in range(3)]
    for n in (2, 1):
        found = desk.undo(client, batches[n])
        assert (found["person"], found["said"]) == (str(desk.people[n]), text.TRIAGE_UNDONE)
    # Without a batch: the newest that is left, as after the page was loaded again.
    assert desk.undo(client, None)["person"] == str(desk.people[0])
    assert desk.stages() == ["new"] * 8 and desk.reasons() == []
    found = desk.undo(client, None)
    assert (found["failed"], found["problem"]) == (True, triage.NOTHING_TO_UNDO)


def test_undo_leaves_what_a_colleague_changed_since(
    desk: Desk, client_for: ClientFor, alice: Actor, bob: Actor
) -> None:
    client = client_for(alice)
    batch = desk.decide(client, 0, "shortlisted")["batch"]
    candidates.change(desk.rt, bob, desk.search, desk.people[:1], action_of("stage", "contacted"))
    assert desk.undo(client, batch)["said"] == text.TRIAGE_UNDO_LEFT
    assert desk.stages()[0] == "contacted"


def test_the_decision_of_someone_else_cannot_be_taken_back(
    desk: Desk, client_for: ClientFor, alice: Actor, bob: Actor
) -> None:
    batch = desk.decide(client_for(bob), 0, "shortlisted")["batch"]
    assert desk.undo(client_for(alice), batch)["failed"] is True
    assert desk.stages()[0] == "shortlisted"


def test_a_note_is_written_and_shown(desk: Desk, client_for: ClientFor, alice: Actor) -> None:
    found = note(desk, client_for(alice), "Call on Monday")
    assert found["said"] == text.NOTE_SAVED and "Call on Monday" in json.dumps(found["card"])
    assert note(desk, client_for(alice), "  ")["failed"] is True


def test_a_mention_is_read_when_its_person_was_seen_and_not_when_they_were_fetched(
    desk: Desk, client_for: ClientFor, alice: Actor, bob: Actor
) -> None:
    for person in desk.people[:3]:
        notes.add_note(desk.rt, bob, desk.search, person, "@Alice Owner")
    client = client_for(alice)
    (second, *_) = desk.ahead(client, 0, count=3)["people"]
    assert mentions.unread(desk.rt, alice) == 3
    desk.open(client)
    assert mentions.unread(desk.rt, alice) == 2
    assert desk.decide(client, 1, "shortlisted", None, second["snapshot"])["done"] is True
    assert mentions.unread(desk.rt, alice) == 1
    desk.ask(client, do="step", step=1, person=str(desk.people[1]), position=1)
    assert mentions.unread(desk.rt, alice) == 0


def note(desk: Desk, client: Browser, body: str) -> Any:
    request = {"n": 1, "person": str(desk.people[0]), "body": body}
    found = call(client, "triage-done.data", [(ids.TRIAGE_NOTE_REQUEST, "data", request)],
                 [(ids.TRIAGE_VIEW, "data", desk.page())])  # fmt: skip
    assert ids.TRIAGE_DONE in found.get_json()["response"], found.get_json()
    return found.get_json()["response"][ids.TRIAGE_DONE]["data"]


# ---- who may


def test_a_viewer_looks_steps_and_comments_but_does_not_decide(
    desk: Desk, client_for: ClientFor, charlie: Actor
) -> None:
    client = client_for(charlie)
    page = desk.open(client)
    assert props_of(page, ids.TRIAGE)["data-editable"] == "false"
    shown = json.dumps(page)
    assert '"data-triage": "next"' in shown
    assert not any(f'"data-triage": "{name}"' in shown for name in ("shortlist", "reject", "undo", "reason"))
    assert note(desk, client, "Seen at a meetup")["said"] == text.NOTE_SAVED
    for request in ({"do": "decide", "person": str(desk.people[0]), "value": "rejected"}, {"do": "undo"}):
        assert desk.send(client, request).status_code == 403
    with pytest.raises(Forbidden):
        triage.decide(desk.rt, charlie, desk.search, desk.people[0], "rejected", "skills", None)
    assert desk.stages() == ["new"] * 8


def test_another_persons_private_search_is_nobodys_to_triage(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor
) -> None:
    desk = Desk(rt, alice, visibility="private")
    client = client_for(bob)
    assert "P 00" not in json.dumps(desk.open(client))
    sent = desk.send(client, {"do": "decide", "person": str(desk.people[0]), "value": "rejected"})
    assert sent.status_code == 403
    for service in (
        lambda: triage.opened(rt, bob, desk.view, None, None),
        lambda: triage.stepped(rt, bob, desk.view, None, desk.people[0], 1, 0),
        lambda: triage.ahead(rt, bob, desk.view, None, desk.people[0], 0, 3),
        lambda: triage.decide(rt, bob, desk.search, desk.people[0], "rejected", None, None),
    ):
        with pytest.raises(Forbidden):
            service()
    assert collisions.before(rt, bob, desk.search, desk.people[0]) == ()
    with pytest.raises(NotFound):
        triage.take_back(rt, bob, desk.search, None)


# ---- known before


def test_what_colleagues_did_before_is_told_as_far_as_it_may_be_known(
    rt: Runtime, alice: Actor, bob: Actor, desk: Desk
) -> None:
    open_one, secret = (elsewhere(rt, bob, desk, name) for name in ("team", "private"))
    for search, candidate in (open_one, secret):
        candidates.change(rt, bob, search, [candidate], action_of("stage", "rejected", "salary"))
        with rt.db.connection() as conn:
            conn.execute("UPDATE candidates SET stage_changed_at = '2026-03-26 22:30Z',"
                         " screened_at = '2026-03-29 21:30Z' WHERE id = %s", [candidate])  # fmt: skip
    # Half an hour after midnight in Zurich, where the clocks have just changed; the evening before in New York.
    now = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    for zone, screened, rejected in (("Europe/Zurich", 1, 4), ("America/New_York", 0, 3), ("UTC", 0, 3)):
        found = collisions.before(rt, alice, desk.search, desk.people[0], zone, now)
        assert [(one.what, one.who, one.days, one.here, one.own, one.reason) for one in found] == [
            ("screened", None, screened, False, False, ""),
            ("stage", "Bob Teammate", rejected, False, False, "salary"),
        ]
    assert len(collisions.before(rt, bob, desk.search, desk.people[0])) == 4


def elsewhere(rt: Runtime, owner: Actor, desk: Desk, visibility: str) -> tuple[uuid.UUID, int]:
    """Another search with the same first person; its candidate."""
    with rt.db.connection() as conn:
        search = add_search(conn, owner, visibility)
        found = conn.execute(
            "SELECT add_candidates(%s, ARRAY[(SELECT profile_id FROM candidates WHERE id = %s)], %s) AS id",
            [search, desk.people[0], owner.user_id],
        ).fetchone()
    assert found is not None
    return search, int(found["id"])


def test_ones_own_deeds_are_ones_own(desk: Desk, rt: Runtime, alice: Actor) -> None:
    triage.decide(rt, alice, desk.search, desk.people[0], "shortlisted", None, None)
    notes.add_note(rt, alice, desk.search, desk.people[0], "Hm")
    (found,) = collisions.before(rt, alice, desk.search, desk.people[0])
    assert (found.here, found.own, found.stage, found.days) == (True, True, "shortlisted", 0)
