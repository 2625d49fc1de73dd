"""Opening a person: what is shown, to whom, and walking to the next one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from layouts import ids, text
from services.access.identity import Actor
from services.errors import Forbidden, NotFound
from services.grid import neighbours, result_sets
from services.grid.grid_view import View
from services.grid.selection import is_snapshot
from services.people import person
from services.runtime import Runtime
from tests.people import Person, add_people, add_search
from tests.web import Browser, call

SHOW = "..person-body.children...person-answer.data.."
NOBODY = uuid.UUID(int=0)
ClientFor = Callable[[Actor], Browser]


@dataclass
class Room:
    """A search of Alice's with four people; ids in the order of names."""

    search: uuid.UUID
    ids: list[int]
    sql: Callable[..., list[dict[str, Any]]]

    @property
    def view(self) -> View:
        return View.of(self.search, sort=[{"colId": "full_name", "sort": "asc"}])

    def page(self, **more: Any) -> dict[str, Any]:
        sort = [{"colId": "full_name", "sort": "asc"}]
        return {"search_id": str(self.search), "version": None, "sort": sort, **more}

    def profile(self, candidate_id: int) -> int:
        found = self.sql("SELECT profile_id FROM candidates WHERE id = %s", candidate_id)
        return int(found[0]["profile_id"])


@pytest.fixture
def sql(rt: Runtime) -> Callable[..., list[dict[str, Any]]]:
    def run(query: str, *params: Any) -> list[dict[str, Any]]:
        with psycopg.connect(rt.settings.database_url, row_factory=dict_row) as conn:
            cursor = conn.execute(query, params)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def room(rt: Runtime, alice: Actor, sql: Callable[..., list[dict[str, Any]]]) -> Room:
    return new_room(rt, alice, sql)


def new_room(
    rt: Runtime, owner: Actor, sql: Callable[..., list[dict[str, Any]]], visibility: str = "team", people: int = 4
) -> Room:
    given = [
        Person(full_name=f"Person {n:03}", title="Engineer", company="Acme", has_email=True) for n in range(people)
    ]
    with rt.db.connection() as conn:
        search = add_search(conn, owner, visibility)
        return Room(search, add_people(conn, search, given), sql)


def shown(rt: Runtime, actor: Actor, room: Room, at: int = 0) -> person.Person:
    return person.person(rt, actor, room.search, room.ids[at])


# ---- what is shown


def test_a_person_is_shown_with_all_that_is_known(rt: Runtime, alice: Actor, room: Room) -> None:
    profile = room.profile(room.ids[0])
    room.sql("UPDATE profiles SET linkedin_url = 'https://www.linkedin.com/in/person' WHERE id = %s", profile)
    room.sql(
        "INSERT INTO positions (profile_id, title, started_on, ended_on, is_current) VALUES"
        " (%(p)s, 'First', '2010-01-01', '2014-01-01', false), (%(p)s, 'Now', '2020-05-01', NULL, true),"
        " (%(p)s, 'Before', '2014-01-01', '2020-05-01', false), (%(p)s, 'Whenever', NULL, NULL, false)"
        .replace("%(p)s", str(profile))
    )  # fmt: skip
    room.sql("INSERT INTO educations (profile_id, school, degree) VALUES (%s, 'ETH', 'MSc')", profile)
    found = shown(rt, alice, room)
    assert (found.full_name, found.title, found.company, found.stage) == ("Person 000", "Engineer", "Acme", "new")
    assert [p.title for p in found.positions] == ["Now", "Before", "First", "Whenever"]
    assert found.positions[0].started_on == date(2020, 5, 1)
    assert [e.school for e in found.educations] == ["ETH"]
    assert found.linkedin_link == "https://www.linkedin.com/in/person"
    assert found.email_link == f"mailto:{found.email}"
    assert found.editable
    assert (found.notes, found.history, found.explanation.verdicts, found.known, found.override) == (
        (),
        (),
        (),
        (),
        None,
    )


def test_an_unsafe_address_is_text_and_no_link(rt: Runtime, alice: Actor, room: Room) -> None:
    room.sql("UPDATE profiles SET linkedin_url = 'javascript:alert(1)', email = 'a@b.example?bcc=x@y.example'")
    found = shown(rt, alice, room)
    assert (found.linkedin_url, found.linkedin_link, found.email_link) == ("javascript:alert(1)", None, None)


def test_history_says_who_changed_what_newest_first(rt: Runtime, alice: Actor, bob: Actor, room: Room) -> None:
    one, other = room.ids[:2]
    for n, (actor, undone) in enumerate([(alice, None), (bob, datetime(2026, 6, 5, tzinfo=UTC))]):
        batch = room.sql(
            "INSERT INTO change_batches (search_id, user_id, action, created_at, undone_at)"
            " VALUES (%s, %s, 'stage', %s, %s) RETURNING id",
            room.search, actor.user_id, datetime(2026, 6, 1 + n, tzinfo=UTC), undone,
        )[0]["id"]  # fmt: skip
        for candidate in (one, other):
            room.sql("INSERT INTO changes VALUES (%s, %s, 'stage', %s, %s)", batch, candidate, Jsonb("new"),
                     Jsonb("shortlisted"))  # fmt: skip
    room.sql("INSERT INTO notes (candidate_id, user_id, body, created_at) VALUES (%s, %s, 'Hm', %s)",
             one, bob.user_id, datetime(2026, 6, 1, 12, tzinfo=UTC))  # fmt: skip
    found = shown(rt, alice, room).history
    assert [(e.field, e.old, e.new, e.who, e.undone) for e in found] == [
        ("stage", "new", "shortlisted", "Bob Teammate", True),
        ("note", None, None, "Bob Teammate", False),
        ("stage", "new", "shortlisted", "Alice Owner", False),
    ]


def test_history_is_no_longer_than_fifty(rt: Runtime, alice: Actor, room: Room) -> None:
    room.sql(
        "WITH made AS (INSERT INTO change_batches (search_id, user_id, action)"
        " SELECT %s, %s, 'stage' FROM generate_series(1, 60) RETURNING id)"
        " INSERT INTO changes SELECT id, %s, 'stage', '\"new\"', '\"hired\"' FROM made",
        room.search, alice.user_id, room.ids[0],
    )  # fmt: skip
    assert len(shown(rt, alice, room).history) == 50


def test_verdicts_come_with_their_evidence_from_the_newest_criteria_that_judged(
    rt: Runtime, alice: Actor, room: Room
) -> None:
    for version, judged in ((1, True), (2, True), (3, False)):
        rubric = room.sql(
            "INSERT INTO rubrics (search_id, version, job_description, created_by)"
            " VALUES (%s, %s, '', %s) RETURNING id",
            room.search, version, alice.user_id,
        )[0]["id"]  # fmt: skip
        criterion = room.sql(
            "INSERT INTO criteria (rubric_id, position, title, question, kind, weight)"
            " VALUES (%s, 1, %s, '?', 'must', 1) RETURNING id", rubric, f"Version {version}",
        )[0]["id"]  # fmt: skip
        if judged:
            room.sql("INSERT INTO verdicts VALUES (%s, %s, NULL, '', '', '', 'pass', 'title', 'Engineer')",
                     room.ids[0], criterion)  # fmt: skip
    found = shown(rt, alice, room).explanation
    assert [one[:5] for one in found.verdicts] == [("Version 2", "must", "pass", "title", "Engineer")]
    assert (found.version, found.newest, found.score, found.fit) == (2, 3, 10, "strong")


def test_other_searches_are_named_only_where_they_may_be_seen(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor, room: Room
) -> None:
    profile = room.profile(room.ids[0])
    for title, visibility in (("Open", "team"), ("Secret", "private")):
        other = room.sql("INSERT INTO searches (user_id, title, visibility) VALUES (%s, %s, %s) RETURNING id",
                         bob.user_id, title, visibility)[0]["id"]  # fmt: skip
        room.sql("SELECT add_candidates(%s, %s, %s)", other, [profile], bob.user_id)
    assert [k.title for k in shown(rt, alice, room).known] == ["Open"]
    assert sorted(k.title for k in shown(rt, bob, room).known) == ["Open", "Secret"]
    assert sorted(k.title for k in shown(rt, admin, room).known) == ["Open", "Secret"]
    assert shown(rt, alice, room, at=1).known == ()


# ---- who may see it


def test_someone_elses_private_search_is_forbidden(rt: Runtime, alice: Actor, bob: Actor, sql: Any) -> None:
    room = new_room(rt, alice, sql, "private")
    for ask in (person.person, person.raw):
        with pytest.raises(Forbidden):
            ask(rt, bob, room.search, room.ids[0])
        with pytest.raises(Forbidden):
            ask(rt, alice, NOBODY, room.ids[0])


def test_a_candidate_of_another_search_is_not_found_in_this_one(
    rt: Runtime, alice: Actor, bob: Actor, room: Room, sql: Any
) -> None:
    other = new_room(rt, alice, sql, "private")
    for actor in (alice, bob):
        with pytest.raises(NotFound):
            person.person(rt, actor, room.search, other.ids[0])
        with pytest.raises(NotFound):
            person.raw(rt, actor, room.search, other.ids[0])


def test_a_viewer_sees_the_person_but_may_not_set_the_stage(rt: Runtime, charlie: Actor, room: Room) -> None:
    assert not shown(rt, charlie, room).editable


# ---- raw data


def test_raw_data_is_readable_and_tells_its_source(rt: Runtime, alice: Actor, room: Room) -> None:
    assert person.raw(rt, alice, room.search, room.ids[0]) == ""
    for source, at in (("linkedin", "2026-01-02"), ("csv", "2026-03-04")):
        room.sql("INSERT INTO profile_raw VALUES (%s, %s, %s, %s)", room.profile(room.ids[0]), source,
                 Jsonb({"name": "Zoë", "from": source}), at)  # fmt: skip
    found = person.raw(rt, alice, room.search, room.ids[0])
    assert [line for line in found.splitlines() if line.startswith("//")] == [
        "// csv, 2026-03-04 00:00 UTC", "// linkedin, 2026-01-02 00:00 UTC"]  # fmt: skip
    assert '    "name": "Zoë"' in found


@pytest.mark.parametrize("sign", ["x", "語"])
def test_huge_raw_data_is_cut_and_says_so(rt: Runtime, alice: Actor, room: Room, sign: str) -> None:
    profile = room.profile(room.ids[0])
    for source in ("a", "b"):
        room.sql("INSERT INTO profile_raw VALUES (%s, %s, %s)", profile, source, Jsonb({"text": sign * 150_000}))
    found = person.raw(rt, alice, room.search, room.ids[0])
    assert found.endswith(person.CUT)
    assert len(found.removesuffix(f"\n\n{person.CUT}").encode()) in range(
        person.MAX_RAW_BYTES - 3, person.MAX_RAW_BYTES + 1
    )


# ---- next and previous


def step(
    rt: Runtime, actor: Actor, room: Room, at: int, by: int, position: int | None, version: int | None = None
) -> Any:
    found = neighbours.neighbour(rt, actor, room.view, version, room.ids[at], by, position)
    return None if found is None else (room.ids.index(found.candidate_id), found.position)


@pytest.mark.parametrize("redis_is_there", [True, False])
@pytest.mark.parametrize("position", [1, 0, 77, None], ids=["true", "wrong", "beyond", "unknown"])
def test_next_and_previous_follow_the_view(
    rt: Runtime, alice: Actor, room: Room, redis_is_there: bool, position: int | None
) -> None:
    away = Runtime(rt.settings if redis_is_there else replace(rt.settings, redis_url="redis://127.0.0.1:1/0"))
    away.open()
    try:
        assert step(away, alice, room, 1, +1, position) == (2, 2)
        assert step(away, alice, room, 1, -1, position) == (0, 0)
    finally:
        away.close()


def test_the_view_ends(rt: Runtime, alice: Actor, room: Room) -> None:
    assert step(rt, alice, room, 3, +1, 3) is None
    assert step(rt, alice, room, 0, -1, 0) is None
    assert step(rt, alice, room, 3, +1, None) is None


def test_keys_pressed_fast_add_up_and_stop_at_the_end(rt: Runtime, alice: Actor, sql: Any) -> None:
    room = new_room(rt, alice, sql, people=70)
    assert step(rt, alice, room, 3, +60, 3) == (63, 63)
    assert step(rt, alice, room, 63, -60, 63) == (3, 3)
    assert step(rt, alice, room, 60, +99, 60) == (69, 69)
    assert step(rt, alice, room, 60, -10_000, 60) == (0, 0)


def test_whoever_was_deleted_since_is_stepped_over(rt: Runtime, alice: Actor, room: Room) -> None:
    version = result_sets.count(rt, alice, room.view, None).version
    room.sql("DELETE FROM candidates WHERE id = ANY (%s)", room.ids[1:3])
    room.sql("SELECT bump_version(%s)", room.search)
    assert step(rt, alice, room, 0, +1, 0, version) == (3, 3)
    assert step(rt, alice, room, 3, -1, 3, version) == (0, 0)
    # Also from someone who is gone themselves.
    assert step(rt, alice, room, 2, +1, 2, version) == (3, 3)
    room.sql("DELETE FROM candidates WHERE id = %s", room.ids[3])
    assert step(rt, alice, room, 0, +1, 0, version) is None


def test_many_deleted_in_a_row_are_stepped_over(rt: Runtime, alice: Actor, sql: Any) -> None:
    room = new_room(rt, alice, sql, people=80)
    version = result_sets.count(rt, alice, room.view, None).version
    sql("DELETE FROM candidates WHERE id = ANY (%s)", room.ids[2:75])
    assert step(rt, alice, room, 1, +1, 1, version) == (75, 75)
    assert step(rt, alice, room, 75, -1, 75, version) == (1, 1)


def test_the_order_is_that_of_the_version_on_the_page(rt: Runtime, alice: Actor, room: Room) -> None:
    version = result_sets.count(rt, alice, room.view, None).version
    room.sql("UPDATE candidates SET name_key = 'zzz' WHERE id = %s", room.ids[1])
    room.sql("SELECT bump_version(%s)", room.search)
    assert step(rt, alice, room, 0, +1, 0, version) == (1, 1)
    # Once that list is gone, the newest order counts.
    rt.redis.flushall()
    assert step(rt, alice, room, 0, +1, 0, version) == (2, 1)


def test_who_left_the_view_is_followed_by_whoever_moved_up(rt: Runtime, alice: Actor, room: Room) -> None:
    room.sql("UPDATE candidates SET filter_status = 'filtered_exclusion' WHERE id = %s", room.ids[1])
    room.sql("SELECT bump_version(%s)", room.search)
    assert step(rt, alice, room, 1, +1, 1) == (2, 1)
    assert step(rt, alice, room, 1, -1, 1) == (0, 0)
    with pytest.raises(NotFound):
        step(rt, alice, room, 1, +1, None)


def test_walking_through_someone_elses_search_is_forbidden(rt: Runtime, alice: Actor, bob: Actor, sql: Any) -> None:
    room = new_room(rt, alice, sql, "private")
    for position in (0, None):
        with pytest.raises(Forbidden):
            step(rt, bob, room, 0, +1, position)


@pytest.mark.parametrize("candidate", [2**31, 2**62, 2**63 - 1])
def test_ids_that_nobody_has_are_not_in_the_view(rt: Runtime, alice: Actor, room: Room, candidate: int) -> None:
    with pytest.raises(NotFound):
        neighbours.neighbour(rt, alice, room.view, None, candidate, 1, None)


# ---- the drawer


def ask(client: Browser, room: Room, request: Any, **page: Any) -> Any:
    return call(client, SHOW, [(ids.PERSON_REQUEST, "data", request)], [(ids.GRID_VIEW, "data", room.page(**page))])


def answer_of(response: Any) -> tuple[str | None, dict[str, Any]]:
    """Body as JSON text (None when it stays), and PERSON_ANSWER."""
    body = response.get_json()["response"]
    children = body.get(ids.PERSON_BODY, {}).get("children")
    return None if children is None else json.dumps(children, ensure_ascii=False), body[ids.PERSON_ANSWER]["data"]


def test_opening_a_person_fills_the_drawer(client_for: ClientFor, alice: Actor, room: Room) -> None:
    client = client_for(alice)
    shown, answer = answer_of(ask(client, room, {"n": 7, "person": str(room.ids[0]), "position": 0, "step": 0}))
    assert is_snapshot(answer.pop("snapshot"))
    assert answer == {"n": 7, "person": str(room.ids[0]), "position": 0}
    assert shown is not None
    assert "Person 000" in shown and "stage-person" in shown
    for empty in (
        text.PERSON_NOTES,
        text.PERSON_POSITIONS,
        text.PERSON_HISTORY,
        text.PERSON_VERDICTS,
        text.PERSON_KNOWN,
    ):
        assert f'"{empty}"' not in shown


def test_a_viewer_gets_no_stage_buttons(client_for: ClientFor, charlie: Actor, room: Room) -> None:
    shown, _ = answer_of(ask(client_for(charlie), room, {"n": 1, "person": str(room.ids[0]), "step": 0}))
    assert shown is not None
    assert "Person 000" in shown and "stage-person" not in shown


def test_stepping_shows_the_neighbour_and_says_where_the_view_ends(
    client_for: ClientFor, alice: Actor, room: Room
) -> None:
    client = client_for(alice)
    shown, answer = answer_of(ask(client, room, {"n": 1, "person": str(room.ids[0]), "position": 0, "step": 1}))
    assert is_snapshot(answer.pop("snapshot"))
    assert answer == {"n": 1, "person": str(room.ids[1]), "position": 1}
    assert shown is not None and "Person 001" in shown
    shown, answer = answer_of(ask(client, room, {"n": 2, "person": str(room.ids[3]), "position": 3, "step": 1}))
    assert (shown, answer) == (None, {"n": 2, "person": str(room.ids[3]), "end": text.PERSON_END})
    _, answer = answer_of(ask(client, room, {"n": 3, "person": str(room.ids[0]), "position": 0, "step": -1}))
    assert answer["end"] == text.PERSON_START


def test_a_deleted_person_gets_a_friendly_message(client_for: ClientFor, alice: Actor, room: Room) -> None:
    room.sql("DELETE FROM candidates WHERE id = %s", room.ids[0])
    response = ask(client_for(alice), room, {"n": 1, "person": str(room.ids[0]), "position": 0, "step": 0})
    assert response.status_code == 200
    shown, answer = answer_of(response)
    assert shown is not None and text.PERSON_GONE in shown
    assert answer["person"] == str(room.ids[0])


def test_a_step_that_fails_leaves_who_is_shown(client_for: ClientFor, alice: Actor, room: Room) -> None:
    response = ask(client_for(alice), room, {"n": 4, "person": "999999", "position": None, "step": 1})
    shown, answer = answer_of(response)
    assert (shown, answer) == (None, {"n": 4, "person": "999999", "failed": True})
    assert neighbours.NOT_HERE in response.get_data(as_text=True)


def test_a_person_opens_whatever_the_filter_says(client_for: ClientFor, alice: Actor, room: Room) -> None:
    request = {"n": 1, "person": str(room.ids[0]), "step": 0}
    shown, _ = answer_of(ask(client_for(alice), room, request, f={"unknown": {"type": "?"}}))
    assert shown is not None and "Person 000" in shown


@pytest.mark.parametrize(
    "request_",
    [
        {"person": "x"},
        {"person": None},
        {},
        {"person": "-1"},
        {"person": "1" * 30},
        {"person": {"a": 1}},
        [],
        "x",
        {"person": "1; DROP TABLE notes", "step": 1},
    ],
)
def test_nonsense_is_answered_and_never_a_fault(client_for: ClientFor, alice: Actor, room: Room, request_: Any) -> None:
    response = ask(client_for(alice), room, request_)
    assert response.status_code == 200
    _, answer = answer_of(response)
    assert answer["failed"] is True


@pytest.mark.parametrize(
    "odd", [{"step": "1"}, {"step": True}, {"position": "0"}, {"position": -5}, {"position": True}]
)
def test_an_odd_step_or_position_is_none(client_for: ClientFor, alice: Actor, room: Room, odd: Any) -> None:
    shown, answer = answer_of(ask(client_for(alice), room, {"n": 1, "person": str(room.ids[0]), **odd}))
    assert shown is not None and "Person 000" in shown
    assert answer["position"] is None


def test_unsafe_addresses_and_markup_stay_text(client_for: ClientFor, alice: Actor, room: Room) -> None:
    room.sql("UPDATE profiles SET linkedin_url = 'javascript:alert(1)', full_name = '<img src=x onerror=alert(1)>'")
    response = ask(client_for(alice), room, {"n": 1, "person": str(room.ids[0]), "step": 0})
    shown, _ = answer_of(response)
    assert shown is not None
    assert '"href": "javascript' not in shown and "javascript:alert(1)" in shown
    assert "dangerously" not in shown


def test_raw_data_comes_on_demand_only(client_for: ClientFor, alice: Actor, room: Room) -> None:
    room.sql("INSERT INTO profile_raw VALUES (%s, 'csv', %s)", room.profile(room.ids[0]), Jsonb({"secret": "sauce"}))
    client, someone = client_for(alice), {"person": str(room.ids[0])}
    assert "sauce" not in ask(client, room, {"n": 1, **someone, "step": 0}).get_data(as_text=True)
    state = [(ids.PERSON_ANSWER, "data", someone), (ids.GRID_VIEW, "data", room.page())]
    output = f"{ids.RAW_BODY}.children"
    assert "sauce" not in call(client, output, [(ids.RAW_OPEN, "n_clicks", None)], state).get_data(as_text=True)
    assert "sauce" in call(client, output, [(ids.RAW_OPEN, "n_clicks", 1)], state).get_data(as_text=True)
    state[0] = (ids.PERSON_ANSWER, "data", {"person": str(room.ids[1])})
    assert text.RAW_NONE in call(client, output, [(ids.RAW_OPEN, "n_clicks", 1)], state).get_data(as_text=True)
