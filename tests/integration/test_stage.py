"""Stage, tags, taking people out and bringing them back, for people who were selected one by one."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from services.access.identity import Actor
from services.decisions import candidates
from services.decisions.candidates import ChangeResult, action_of, change
from services.errors import BadInput, Conflict, Forbidden
from services.grid.grid_columns import STAGES
from services.runtime import Runtime
from services.searches import searches
from tests.people import Person, add_people, add_search
from tests.waiting import until

SHORTLIST = action_of("stage", "shortlisted")


@pytest.fixture
def search_id(rt: Runtime, alice: Actor) -> uuid.UUID:
    with rt.db.connection() as conn:
        return add_search(conn, alice)


@pytest.fixture
def ids(rt: Runtime, search_id: uuid.UUID) -> list[int]:
    """Ten people: the last two are shortlisted, tagged "call" and taken out."""
    usual = [Person(f"Ada Example {n}") for n in range(8)]
    other = [Person("Bo Else", stage="shortlisted", tags=("call",), filter_status="filtered_no_title")] * 2
    with rt.db.connection() as conn:
        return add_people(conn, search_id, [*usual, *other])


def rows(rt: Runtime, ids: list[int], *columns: str) -> list[Any]:
    """One value a row for one column, a tuple for several; in the order of ids."""
    with rt.db.connection() as conn:
        found = conn.execute("SELECT * FROM candidates WHERE id = ANY (%s) ORDER BY id", [ids]).fetchall()
    return [row[columns[0]] if len(columns) == 1 else tuple(row[c] for c in columns) for row in found]


def version(rt: Runtime, search_id: uuid.UUID) -> int:
    with rt.db.connection() as conn:
        row = conn.execute("SELECT data_version FROM searches WHERE id = %s", [search_id]).fetchone()
    assert row is not None
    return int(row["data_version"])


def snapshot(rt: Runtime) -> str:
    with rt.db.connection() as conn:
        row = conn.execute("SELECT pg_current_snapshot()::text AS now").fetchone()
    assert row is not None
    return str(row["now"])


def logged(rt: Runtime, result: ChangeResult) -> list[tuple[Any, ...]]:
    with rt.db.connection() as conn:
        return [
            tuple(row.values())
            for row in conn.execute(
                "SELECT candidate_id, field, old, new FROM changes WHERE batch_id = %s ORDER BY candidate_id",
                [result.batch_id],
            )
        ]


def test_people_are_moved_to_a_stage(rt: Runtime, bob: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    before = version(rt, search_id)
    result = change(rt, bob, search_id, ids[6:], SHORTLIST)
    assert (result.changed, result.unchanged, result.skipped_changed, result.skipped_gone) == (2, 2, 0, 0)
    assert rows(rt, ids, "stage") == ["new"] * 6 + ["shortlisted"] * 4
    assert logged(rt, result) == [(one, "stage", "new", "shortlisted") for one in ids[6:8]]
    assert (result.version_before, result.version_after) == (before, before + 1) == (before, version(rt, search_id))
    changed = rows(rt, ids[5:9], "changed_by", "stage_changed_at")
    assert [(by, at is None) for by, at in changed] == [(None, True), *[(bob.user_id, False)] * 2, (None, True)]


def test_what_is_so_already_moves_nothing_on(rt: Runtime, bob: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    before, xids = version(rt, search_id), rows(rt, ids, "changed_xid")
    result = change(rt, bob, search_id, ids[8:], SHORTLIST)
    assert result == ChangeResult(unchanged=2, version_before=before, version_after=before)
    assert (version(rt, search_id), rows(rt, ids, "changed_xid")) == (before, xids)
    with rt.db.connection() as conn:
        assert conn.execute("SELECT FROM change_batches").fetchall() == []
        assert conn.execute("SELECT FROM audit_log WHERE action LIKE 'candidates.%%'").fetchall() == []


def test_tags_come_and_go(rt: Runtime, bob: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    added = change(rt, bob, search_id, ids[7:9], action_of("tag_add", "  call  back "))
    assert (added.changed, rows(rt, ids[7:9], "tags")) == (2, [["call back"], ["call", "call back"]])
    again = change(rt, bob, search_id, ids[7:9], action_of("tag_add", "call"))
    assert (again.changed, again.unchanged) == (1, 1)
    gone = change(rt, bob, search_id, ids, action_of("tag_remove", "call"))
    assert (gone.changed, gone.unchanged) == (3, 7)
    assert rows(rt, ids[7:], "tags") == [["call back"], ["call back"], []]
    assert logged(rt, gone)[0] == (ids[7], "tags", ["call back", "call"], ["call back"])


def test_whoever_has_fifty_tags_gets_no_more(rt: Runtime, bob: Actor, search_id: uuid.UUID) -> None:
    full = tuple(f"tag {n}" for n in range(50))
    with rt.db.connection() as conn:
        ids = add_people(conn, search_id, [Person(tags=full), Person()])
    result = change(rt, bob, search_id, ids, action_of("tag_add", "one more"))
    assert (result.changed, result.skipped_full, result.unchanged) == (1, 1, 0)
    result = change(rt, bob, search_id, ids[:1], action_of("tag_add", "tag 7"))
    assert (result.changed, result.skipped_full, result.unchanged) == (0, 0, 1)


def test_people_are_taken_out_and_brought_back(rt: Runtime, bob: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    out = change(rt, bob, search_id, ids, action_of("exclude"))
    assert (out.changed, out.unchanged) == (8, 2)
    assert rows(rt, ids, "filter_status") == ["filtered_manual"] * 8 + ["filtered_no_title"] * 2
    back = change(rt, bob, search_id, ids, action_of("restore"))
    assert (back.changed, rows(rt, ids, "filter_status")) == (10, ["active"] * 10)


def test_whom_a_colleague_changed_meanwhile_is_left_alone(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    seen = snapshot(rt)
    change(rt, bob, search_id, ids[:2], action_of("stage", "rejected"))
    change(rt, bob, search_id, ids[2:3], SHORTLIST)
    change(rt, alice, search_id, ids[3:4], action_of("stage", "contacted"))
    result = change(rt, alice, search_id, ids[:5], SHORTLIST, seen)
    assert (result.changed, result.skipped_changed, result.unchanged) == (2, 2, 1)
    assert rows(rt, ids[:5], "stage") == ["rejected", "rejected", "shortlisted", "shortlisted", "shortlisted"]
    assert change(rt, alice, search_id, ids[:5], SHORTLIST, snapshot(rt)).changed == 2


def test_what_was_committed_while_waiting_is_seen(
    rt: Runtime, job_rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    """Another writer holds a row, changes it and lets go: its value is the old one of the change."""
    results: list[ChangeResult] = []
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET stage = 'hired', changed_by = %s WHERE id = %s", [bob.user_id, ids[0]])
        waiting = threading.Thread(target=lambda: results.append(change(job_rt, alice, search_id, ids[:2], SHORTLIST)))
        waiting.start()
        with rt.db.reading() as other:
            until(lambda: other.execute("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchall())
    waiting.join()
    assert [line[2:] for line in logged(rt, results[0])] == [("hired", "shortlisted"), ("new", "shortlisted")]


def test_who_waits_too_long_for_someone_else_is_told(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    with rt.db.connection() as conn:
        conn.execute("SELECT FROM candidates WHERE id = %s FOR UPDATE", [ids[0]])
        with pytest.raises(Conflict, match="try again"):
            change(rt, alice, search_id, ids, SHORTLIST)
    assert set(rows(rt, ids[:8], "stage")) == {"new"}


def test_who_is_gone_or_of_another_search_is_counted(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    with rt.db.connection() as conn:
        others = add_people(conn, add_search(conn, alice), [Person()])
        conn.execute("DELETE FROM candidates WHERE id = %s", [ids[0]])
    result = change(rt, bob, search_id, [*ids[:2], *others, 10**12], SHORTLIST)
    assert (result.changed, result.skipped_gone) == (1, 3)
    assert rows(rt, others, "stage") == ["new"]


@pytest.mark.parametrize("visibility", ["team", "private", "named"])
def test_viewers_and_strangers_change_nothing(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, search_id: uuid.UUID, ids: list[int], visibility: str
) -> None:
    searches.set_visibility(rt, alice, search_id, visibility, ["charlie@example.com"])
    for stranger in (charlie,) if visibility == "team" else (bob, charlie):
        with pytest.raises(Forbidden):
            change(rt, stranger, search_id, ids, SHORTLIST)
    assert set(rows(rt, ids[:8], "stage")) == {"new"}


def test_an_admin_changes_what_is_private(
    rt: Runtime, alice: Actor, admin: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    searches.set_visibility(rt, alice, search_id, "private")
    assert change(rt, admin, search_id, ids[:1], SHORTLIST).changed == 1


def test_a_search_that_is_none_is_refused(rt: Runtime, alice: Actor, ids: list[int]) -> None:
    for wrong in ("", "no search", "'; DROP TABLE candidates", uuid.uuid4(), None):
        with pytest.raises(Forbidden):
            change(rt, alice, wrong, ids, SHORTLIST)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [None, "1", 7, {}, [None], [True], [-1], [0], [1.5], ["x"], ["-1"], [2**63], ["²"], list(range(1, 502))]
)
def test_ids_that_are_none_are_refused(rt: Runtime, alice: Actor, search_id: uuid.UUID, wrong: Any) -> None:
    with pytest.raises(BadInput):
        change(rt, alice, search_id, wrong, SHORTLIST)


def test_ids_may_come_as_text_and_twice(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    result = change(rt, alice, search_id, [str(ids[0]), ids[0], ids[1]], SHORTLIST)
    assert (result.changed, result.skipped_gone) == (2, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stage", "boss"), ("stage", ""), ("stage", None), ("stage", ["new"]), ("dance", ""), (None, ""), ([], ""),
        ("tag_add", ""), ("tag_add", " \u200b\n "), ("tag_add", "x" * 51), ("tag_add", 5), ("tag_add", {"a": 1}),
        ("tag_remove", ""), ("exclude", "why"), ("restore", 0.5),
    ],
)  # fmt: skip
def test_actions_that_are_none_are_refused(name: Any, value: Any) -> None:
    with pytest.raises(BadInput):
        action_of(name, value)


def test_every_stage_is_an_action() -> None:
    assert [action_of("stage", stage).value for stage in STAGES] == list(STAGES)
    assert set(candidates.ACTIONS) == {"stage", "tag_add", "tag_remove", "exclude", "restore"}


def test_the_audit_log_says_who_and_how_many_but_no_tag(
    rt: Runtime, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    result = change(rt, bob, search_id, ids, action_of("tag_add", "met Ana"))
    with rt.db.connection() as conn:
        line = conn.execute("SELECT * FROM audit_log WHERE action = 'candidates.tag_add'").fetchone()
    assert line is not None
    assert (line["user_id"], line["subject"]) == (bob.user_id, str(search_id))
    assert (line["detail"]["batch"], line["detail"]["changed"]) == (result.batch_id, 10)
    assert "Ana" not in str(line)


def test_two_people_change_the_same_rows_at_once(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    """In opposite orders: nobody waits for the other in a circle, and no change is lost."""
    errors: list[BaseException] = []

    def tag(actor: Actor, order: list[int], name: str) -> None:
        try:
            for n in range(10):
                change(rt, actor, search_id, order, action_of("tag_add", f"{name} {n}"))
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=tag, args=(alice, ids, "a")),
        threading.Thread(target=tag, args=(bob, ids[::-1], "b")),
    ]
    before = version(rt, search_id)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {len(tags) for tags in rows(rt, ids[:8], "tags")} == {20}
    assert version(rt, search_id) == before + 20
