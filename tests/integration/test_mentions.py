"""Naming a colleague in a note: who may be named, who is told, and what counts as read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids, text
from services.access import identity
from services.access.identity import Actor
from services.errors import Forbidden
from services.people import mentions, notes
from services.people.mentions import Colleague
from services.runtime import Runtime
from tests.people import Person, add_people, add_search
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
Place = tuple[uuid.UUID, int]


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    """A search of Alice's for the team, and its one candidate."""
    return new_place(rt, alice)


def new_place(rt: Runtime, owner: Actor, visibility: str = "team") -> Place:
    with rt.db.connection() as conn:
        search = add_search(conn, owner, visibility)
        return search, add_people(conn, search, [Person(full_name="Zoë Example")])[0]


def names(found: list[Colleague]) -> list[str]:
    return [one.name for one in found]


# ---- whom a note names


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@Bob Teammate look", ["Bob Teammate"]),
        ("look, @bob teammate!", ["Bob Teammate"]),
        ("(@Bob Teammate)", ["Bob Teammate"]),
        ("@Bob Teammates", ["Bob"]),
        ("@Bobby Teammate", []),
        ("Bob Teammate", []),
        ("@Bob", ["Bob"]),
        ("@Bob Teammate and @Bob", ["Bob Teammate", "Bob"]),
        ("@Bob Teammate @Bob Teammate", ["Bob Teammate"]),
        ("@Zoë Example", ["Zoë Example"]),
        ("@Zoe\u0308 Example", ["Zoë Example"]),
        ("bob@teammate.example", []),
        ("@", []),
    ],
)
def test_a_whole_name_after_the_sign_is_a_mention(body: str, named: list[str]) -> None:
    team = [Colleague(n, name) for n, name in enumerate(("Bob", "Bob Teammate", "Zoë Example"))]
    assert names(mentions.named_in(body, team)) == named


def test_two_of_one_name_are_both_told() -> None:
    assert [one.id for one in mentions.named_in("@Bo Lee", [Colleague(1, "Bo Lee"), Colleague(2, "bo lee")])] == [1, 2]


def test_who_is_named_is_told_until_they_look(rt: Runtime, alice: Actor, bob: Actor, place: Place) -> None:
    made = notes.add_note(rt, alice, *place, "@Bob Teammate, do you know her?")
    assert made.named == ("Bob Teammate",)
    assert (mentions.unread(rt, bob), mentions.unread(rt, alice)) == (1, 0)
    (found,) = mentions.listed(rt, bob)
    assert (found.author, found.full_name, found.candidate_id, found.unread) == ("Alice Owner", "Zoë Example",
                                                                               place[1], True)  # fmt: skip
    assert mentions.read_about(rt, bob, place[1]) == 1
    assert mentions.read_about(rt, bob, place[1]) == 0
    assert mentions.unread(rt, bob) == 0
    assert [one.unread for one in mentions.listed(rt, bob)] == [False]


def test_nobody_tells_themselves(rt: Runtime, alice: Actor, place: Place) -> None:
    assert notes.add_note(rt, alice, *place, "@Alice Owner: later").named == ()
    assert mentions.unread(rt, alice) == 0


def test_a_viewer_may_name_and_be_named(rt: Runtime, alice: Actor, charlie: Actor, place: Place) -> None:
    assert notes.add_note(rt, charlie, *place, "@Alice Owner").named == ("Alice Owner",)
    assert notes.add_note(rt, alice, *place, "@Charlie Stranger").named == ("Charlie Stranger",)
    assert (mentions.unread(rt, alice), mentions.unread(rt, charlie)) == (1, 1)


def test_who_may_not_see_the_search_is_neither_offered_nor_told(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor
) -> None:
    place = new_place(rt, alice, "private")
    assert names(mentions.offered(rt, alice, place[0], "")) == ["Ada Admin"]
    with pytest.raises(Forbidden):
        mentions.offered(rt, bob, place[0], "")
    assert notes.add_note(rt, alice, *place, "@Bob Teammate @Ada Admin").named == ("Ada Admin",)
    assert (mentions.unread(rt, bob), mentions.unread(rt, admin)) == (0, 1)


def test_who_loses_the_search_loses_its_mentions(rt: Runtime, alice: Actor, bob: Actor, place: Place) -> None:
    notes.add_note(rt, alice, *place, "@Bob Teammate")
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private' WHERE id = %s", [place[0]])
    assert (mentions.unread(rt, bob), mentions.listed(rt, bob)) == (0, [])
    assert (mentions.read_about(rt, bob, place[1]), mentions.read_all(rt, bob)) == (0, 0)


def test_a_deleted_note_tells_nobody_any_more(rt: Runtime, alice: Actor, bob: Actor, place: Place) -> None:
    made = notes.add_note(rt, alice, *place, "@Bob Teammate")
    notes.delete_note(rt, alice, *place, made.note_id)
    assert (mentions.unread(rt, bob), mentions.listed(rt, bob)) == (0, [])


def test_names_are_offered_by_any_part_those_that_begin_so_first(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, place: Place
) -> None:
    gone = identity.create_user(rt, "gone@example.com", "Teo Gone", "recruiter")
    with rt.db.connection() as conn:
        conn.execute("UPDATE users SET disabled_at = now() WHERE id = %s", [gone.user_id])
    identity.create_user(rt, "team@example.com", "Téa Muster", "recruiter")
    assert names(mentions.offered(rt, alice, place[0], "tea")) == ["Téa Muster", "Bob Teammate"]
    assert mentions.offered(rt, alice, place[0], "%") == []
    assert len(mentions.offered(rt, alice, place[0], None)) == 3


# ---- over HTTP


def test_the_header_counts_and_the_page_lists_and_marks(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, place: Place
) -> None:
    client = client_for(bob)
    assert text.MENTIONS_EMPTY_BODY in json.dumps(page(client))
    assert "unread" not in json.dumps(header(client))
    notes.add_note(rt, alice, *place, "@Bob Teammate: strong?")
    assert text.MENTIONS_LINK_UNREAD.format(n=1) in json.dumps(header(client))
    shown = json.dumps(page(client))
    assert "strong?" in shown and f"person={place[1]}" in shown and text.MENTIONS_UNREAD in shown
    done = call(client, "mentions-list.children", [(ids.MENTIONS_READ_ALL, "n_clicks", 1)]).get_json()
    assert text.MENTIONS_UNREAD not in json.dumps(done["response"][ids.MENTIONS_LIST])
    assert "unread" not in json.dumps(header(client))


def test_opening_the_person_marks_it_read_in_the_header_at_once(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, place: Place
) -> None:
    notes.add_note(rt, alice, *place, "@Bob Teammate")
    shown = call(
        client_for(bob), "..person-body.children...person-answer.data..",
        [(ids.PERSON_REQUEST, "data", {"n": 1, "person": str(place[1])})],
        [(ids.GRID_VIEW, "data", {"search_id": str(place[0])})],
    ).get_json()  # fmt: skip
    assert ids.MENTIONS in shown["sideUpdate"]
    assert mentions.unread(rt, bob) == 0


def test_whoever_types_a_name_is_offered_it(client_for: ClientFor, alice: Actor, bob: Actor, place: Place) -> None:
    asked = {"n": 3, "search_id": str(place[0]), "typed": "bo"}
    found = call(client_for(alice), "mention-offer.data", [(ids.MENTION_REQUEST, "data", asked)]).get_json()
    assert found["response"][ids.MENTION_OFFER]["data"] == {"n": 3, "names": ["Bob Teammate"]}


def page(client: Browser) -> Any:
    found = call(client, "page.children", [(ids.URL, "pathname", "/mentions")], [(ids.URL, "search", "")])
    return found.get_json()["response"]["page"]["children"]


def header(client: Browser) -> Any:
    given = [(ids.URL, "pathname", "/"), (ids.MENTIONS_CLOCK, "n_intervals", 0)]
    return call(client, "mentions.children", given).get_json()["response"][ids.MENTIONS]["children"]
