"""Writing and deleting notes: who may, what it counts, and what others see of it."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.errors import BadInput, Forbidden, NotFound
from services.grid import result_sets
from services.grid.grid_view import View
from services.people import notes, person
from services.runtime import Runtime
from tests.people import Person, add_people, add_search
from tests.web import Browser, call

SAVE = "..person-body.children...person-answer.data...note-input.value.."
ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> tuple[uuid.UUID, int]:
    """A search of Alice's for the team, and its one candidate."""
    return new_place(rt, alice)


def new_place(rt: Runtime, owner: Actor, visibility: str = "team") -> tuple[uuid.UUID, int]:
    with rt.db.connection() as conn:
        search = add_search(conn, owner, visibility)
        return search, add_people(conn, search, [Person()])[0]


def bodies(rt: Runtime, actor: Actor, place: tuple[uuid.UUID, int]) -> list[tuple[str, str, bool]]:
    return [(n.author, n.body, n.own) for n in person.person(rt, actor, *place).notes]


def count_and_version(rt: Runtime, actor: Actor, place: tuple[uuid.UUID, int]) -> tuple[int, int]:
    version = result_sets.version_of(rt, actor, View.of(place[0]))
    return person.person(rt, actor, *place).note_count, version


def test_a_note_is_there_for_everyone_with_its_author(
    rt: Runtime, alice: Actor, bob: Actor, place: tuple[uuid.UUID, int]
) -> None:
    notes.add_note(rt, alice, *place, "First\r\nline")
    notes.add_note(rt, bob, *place, "  Second  ")
    assert bodies(rt, alice, place) == [("Bob Teammate", "Second", False), ("Alice Owner", "First\nline", True)]
    assert [e.field for e in person.person(rt, alice, *place).history] == ["note", "note"]


def test_the_count_and_the_version_move_with_the_note(rt: Runtime, alice: Actor, place: tuple[uuid.UUID, int]) -> None:
    before = count_and_version(rt, alice, place)
    made = notes.add_note(rt, alice, *place, "Hello")
    assert count_and_version(rt, alice, place) == (1, before[1] + 1)
    assert (made.note_count, made.version_before, made.version_after) == (1, before[1], before[1] + 1)
    gone = notes.delete_note(rt, alice, *place, made.note_id)
    assert count_and_version(rt, alice, place) == (0, before[1] + 2)
    assert (gone.body, gone.note_count, gone.version_after) == ("Hello", 0, before[1] + 2)


def test_a_viewer_may_comment(rt: Runtime, charlie: Actor, place: tuple[uuid.UUID, int]) -> None:
    made = notes.add_note(rt, charlie, *place, "Seen at a meetup")
    assert bodies(rt, charlie, place) == [("Charlie Stranger", "Seen at a meetup", True)]
    notes.delete_note(rt, charlie, *place, made.note_id)
    assert bodies(rt, charlie, place) == []


@pytest.mark.parametrize("body", ["", "  \n\t", "\0", "\ud800", None, "x" * 5001])
def test_a_note_says_something_and_not_too_much(
    rt: Runtime, alice: Actor, place: tuple[uuid.UUID, int], body: Any
) -> None:
    before = count_and_version(rt, alice, place)
    with pytest.raises(BadInput):
        notes.add_note(rt, alice, *place, body)
    assert count_and_version(rt, alice, place) == before


def test_what_cannot_be_kept_is_left_out_of_a_note(rt: Runtime, alice: Actor, place: tuple[uuid.UUID, int]) -> None:
    assert notes.add_note(rt, alice, *place, "a\0b\ud800c").body == "abc"
    assert notes.add_note(rt, alice, *place, "x" * 5000).body == "x" * 5000


def test_nobody_deletes_anothers_note(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor, place: tuple[uuid.UUID, int]
) -> None:
    made = notes.add_note(rt, alice, *place, "Mine")
    for actor in (bob, admin):
        with pytest.raises(NotFound):
            notes.delete_note(rt, actor, *place, made.note_id)
    before = count_and_version(rt, alice, place)
    assert before[0] == 1
    notes.delete_note(rt, alice, *place, made.note_id)
    with pytest.raises(NotFound):
        notes.delete_note(rt, alice, *place, made.note_id)
    assert count_and_version(rt, alice, place) == (0, before[1] + 1)


def test_a_note_is_deleted_only_from_the_person_it_is_about(
    rt: Runtime, alice: Actor, place: tuple[uuid.UUID, int]
) -> None:
    made = notes.add_note(rt, alice, *place, "Here")
    other = new_place(rt, alice)
    with pytest.raises(NotFound):
        notes.delete_note(rt, alice, *other, made.note_id)
    assert len(bodies(rt, alice, place)) == 1


def test_nobody_comments_in_a_search_they_cannot_see(rt: Runtime, alice: Actor, bob: Actor) -> None:
    place = new_place(rt, alice, "private")
    made = notes.add_note(rt, alice, *place, "Mine")
    with pytest.raises(Forbidden):
        notes.add_note(rt, bob, *place, "Hello")
    with pytest.raises(Forbidden):
        notes.delete_note(rt, bob, *place, made.note_id)
    with pytest.raises(Forbidden):
        notes.add_note(rt, alice, uuid.UUID(int=0), place[1], "Hello")


def test_a_search_that_is_not_shared_any_more_takes_no_notes(
    rt: Runtime, alice: Actor, bob: Actor, place: tuple[uuid.UUID, int]
) -> None:
    made = notes.add_note(rt, bob, *place, "Was here")
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private'")
    with pytest.raises(Forbidden):
        notes.delete_note(rt, bob, *place, made.note_id)


def test_nobody_comments_on_who_is_gone_or_elsewhere(rt: Runtime, alice: Actor, place: tuple[uuid.UUID, int]) -> None:
    other = new_place(rt, alice, "private")
    for candidate in (other[1], 999_999, 2**62):
        with pytest.raises(NotFound):
            notes.add_note(rt, alice, place[0], candidate, "Hello")
    assert bodies(rt, alice, other) == []


def test_notes_at_the_same_moment_are_all_counted(rt: Runtime, alice: Actor, place: tuple[uuid.UUID, int]) -> None:
    before = count_and_version(rt, alice, place)
    start, versions = threading.Barrier(4), []

    def write(n: int) -> None:
        start.wait()
        made = notes.add_note(rt, alice, *place, f"Note {n}")
        versions.append((made.version_before, made.version_after))

    threads = [threading.Thread(target=write, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_and_version(rt, alice, place) == (4, before[1] + 4)
    assert sorted(versions) == [(before[1] + n, before[1] + n + 1) for n in range(4)]


# ---- the drawer


def save(client: Browser, place: tuple[uuid.UUID, int], body: str | None, clicks: int | None = 1) -> Any:
    state = [
        (ids.NOTE_INPUT, "value", body),
        (ids.PERSON_ANSWER, "data", {"person": str(place[1])}),
        (ids.GRID_VIEW, "data", {"search_id": str(place[0])}),
    ]
    return call(client, SAVE, [(ids.NOTE_SAVE, "n_clicks", clicks)], state)


def delete(client: Browser, place: tuple[uuid.UUID, int], note: int, draft: str = "", clicks: int | None = 1) -> Any:
    button = ids.note_delete(note)
    state = [
        (ids.NOTE_INPUT, "value", draft),
        (ids.PERSON_ANSWER, "data", {"person": str(place[1])}),
        (ids.GRID_VIEW, "data", {"search_id": str(place[0])}),
    ]
    name = json.dumps(button, sort_keys=True, separators=(",", ":"))
    return call(client, SAVE, [[(button, "n_clicks", clicks)]], state, triggered=f"{name}.n_clicks")


def props(response: Any) -> dict[str, Any]:
    """id → props without the hash of repeated outputs."""
    found = response.get_json()["response"]
    return {key.split("@")[0]: next(iter(value.values())) for key, value in found.items()}


def test_saving_a_note_shows_it_and_empties_the_box(
    rt: Runtime, client_for: ClientFor, alice: Actor, place: tuple[uuid.UUID, int]
) -> None:
    _, version = count_and_version(rt, alice, place)
    response = save(client_for(alice), place, "Speaks <b>Go</b>")
    assert text.NOTE_SAVED in response.get_data(as_text=True)
    body = response.get_json()["response"]
    shown = json.dumps(body)
    assert "Speaks <b>Go</b>" in shown
    answer = {
        "person": str(place[1]),
        "row": {"note_count": 1},
        "version_before": version,
        "version_after": version + 1,
    }
    # Without "newer data" for its author: the page learns which step of the version was its own.
    assert any(answer.items() <= (value.get("data") or {}).items() for value in body.values())
    assert body[ids.NOTE_INPUT]["value"] == ""


def test_an_empty_note_is_refused_with_a_reason_and_stays_in_the_box(
    client_for: ClientFor, alice: Actor, place: tuple[uuid.UUID, int]
) -> None:
    response = save(client_for(alice), place, "  ")
    assert response.status_code == 200
    assert "Write something first" in response.get_data(as_text=True)
    assert ids.NOTE_INPUT not in response.get_json()["response"]


def test_a_button_that_only_appears_writes_nothing(
    rt: Runtime, client_for: ClientFor, alice: Actor, place: tuple[uuid.UUID, int]
) -> None:
    client = client_for(alice)
    save(client, place, "Draft", clicks=None)
    assert bodies(rt, alice, place) == []
    made = notes.add_note(rt, alice, *place, "Kept")
    delete(client, place, made.note_id, clicks=None)
    assert len(bodies(rt, alice, place)) == 1


def test_only_ones_own_notes_have_a_delete_button(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, place: tuple[uuid.UUID, int]
) -> None:
    notes.add_note(rt, bob, *place, "By Bob")
    assert "note-delete" not in json.dumps(opened(client_for(alice), place))
    assert "note-delete" in json.dumps(opened(client_for(bob), place))


def opened(client: Browser, place: tuple[uuid.UUID, int]) -> Any:
    return call(
        client, "..person-body.children...person-answer.data..",
        [(ids.PERSON_REQUEST, "data", {"n": 1, "person": str(place[1]), "step": 0})],
        [(ids.GRID_VIEW, "data", {"search_id": str(place[0])})],
    ).get_json()  # fmt: skip


@pytest.mark.parametrize(("draft", "back"), [("", "Oops"), ("Being typed", None)])
def test_a_deleted_note_comes_back_into_an_empty_box(
    rt: Runtime, client_for: ClientFor, alice: Actor, place: tuple[uuid.UUID, int], draft: str, back: str | None
) -> None:
    made = notes.add_note(rt, alice, *place, "Oops")
    found = props(delete(client_for(alice), place, made.note_id, draft))
    assert bodies(rt, alice, place) == []
    assert found.get(ids.NOTE_INPUT) == back


def test_another_persons_note_cannot_be_deleted_by_its_id(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, place: tuple[uuid.UUID, int]
) -> None:
    made = notes.add_note(rt, bob, *place, "By Bob")
    response = delete(client_for(alice), place, made.note_id)
    assert notes.NOT_YOURS in response.get_data(as_text=True)
    assert len(bodies(rt, alice, place)) == 1


def test_a_note_to_who_has_gone_is_refused_and_the_text_stays(
    rt: Runtime, client_for: ClientFor, alice: Actor, place: tuple[uuid.UUID, int]
) -> None:
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM candidates")
    response = save(client_for(alice), place, "Too late")
    assert person.GONE in response.get_data(as_text=True)
    assert ids.NOTE_INPUT not in response.get_json()["response"]
