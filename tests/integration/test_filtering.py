"""Applying rules: what a dry run says, what a run does, what the ledger keeps, and who comes back."""

from __future__ import annotations

import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest

import sql
from benchmarks.filter_reference import Row
from services.access.identity import Actor
from services.config import child_environ
from services.decisions import bulk, candidates, change_lanes, undo
from services.decisions.candidates import action_of
from services.errors import BadInput, Forbidden, NotFound, Unavailable
from services.filtering import filter_parts, filter_query, filter_run, filtering, ledger, lists, rules_in_force
from services.filtering.ledger import Choices
from services.grid.grid_view import View
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches
from services.servers.servers import ServerUrls
from tests import waiting
from tests.change_runs import change, kill_at, result, rows, run_row, version, work, work_with
from tests.filter_world import add_list, add_rows, apply, named, statuses
from tests.people import add_search
from tests.screening import value

NURSES = {"kind": "title", "params": {"terms": ["nurse"]}}
YOUNG = {"kind": "experience", "params": {"low": 5}, "on_unknown": "flag"}


@pytest.fixture
def search_id(rt: Runtime, alice: Actor) -> uuid.UUID:
    with rt.db.connection() as conn:
        return add_search(conn, alice)


@pytest.fixture
def ids(rt: Runtime, search_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Twelve people: nurses and others, at three companies, of 1, 9 or unknown years; four in a batch."""
    monkeypatch.setattr(filter_run, "BATCH", 4)
    return add_rows(rt, search_id, [
        Row(0, full_name=f"Ada {n:02}", title=("Nurse", "Engineer")[n % 2], company=("Acme", "Beeb", "")[n % 3],
            years_experience=(1, 9, None)[n // 4])
        for n in range(12)
    ])  # fmt: skip


@pytest.fixture
def acme(rt: Runtime, alice: Actor) -> dict[str, Any]:
    list_id, _ = add_list(rt, alice, "blacklisted_companies", named("ACME Ltd."))
    return {"kind": "list", "params": {"list_id": list_id}}


def out(rt: Runtime, search_id: uuid.UUID) -> dict[int, str]:
    return {one: status for one, status in statuses(rt, search_id).items() if status != "active"}


# -- dry run -------------------------------------------------------------------------------------------


def test_a_dry_run_counts_each_rule_alone_in_order_and_without(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    now = version(rt, search_id)
    done = filtering.dry_run(rt, alice, search_id, [acme, NURSES, YOUNG])
    assert (done.people, done.left_out, done.stay, done.exact) == (12, 9, 3, True)
    counts = [(one.alone, one.unknown, one.in_order, one.without, one.flagged) for one in done.rules]
    assert counts == [(4, 4, 4, 1, 0), (6, 0, 4, 3, 0), (4, 4, 1, 1, 1)]
    assert done.rules[0].samples == (ids[0], ids[3], ids[6], ids[9])
    assert set(done.rules[2].unknown_samples) == set(ids[8:])
    assert "Leave out whose title has “nurse”" == done.rules[1].sentence
    assert "blacklisted_companies" in done.rules[0].sentence
    assert (out(rt, search_id), version(rt, search_id)) == ({}, now)


def test_a_dry_run_says_what_applying_does(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    done = filtering.dry_run(rt, alice, search_id, [acme, NURSES, YOUNG])
    apply(rt, alice, search_id, [acme, NURSES, YOUNG])
    by_rule = {one.sentence: one.people for one in ledger.by_rule(rt, alice, search_id)}
    assert by_rule == {one.sentence: one.in_order for one in done.rules}


def test_a_large_search_is_tried_on_a_sample(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filtering, "JUDGE_AT_MOST", 6)
    done = filtering.dry_run(rt, alice, search_id, [NURSES])
    assert (done.exact, done.sample_of, done.people % 2) == (False, 2, 0)


def test_rules_that_cannot_be_are_refused_with_a_reason(
    rt: Runtime, alice: Actor, charlie: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    for rules, reason in (
        ([], "Add a rule"),
        ([{"kind": "colour"}], "kind is one of"),
        ([{"kind": "title"}], "needs terms"),
        ([{"kind": "list", "params": {"list_id": 10**9}}], "does not exist any more"),
        ([NURSES, NURSES], "twice"),
    ):
        with pytest.raises(BadInput, match=reason):
            filtering.dry_run(rt, alice, search_id, rules)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        filtering.start(rt, charlie, search_id, [NURSES])
    searches.set_visibility(rt, alice, search_id, "private")
    for look in (filtering.dry_run, rules_in_force.would_change):
        with pytest.raises(Forbidden):
            look(rt, charlie, search_id, [NURSES])
    for see in (ledger.page, ledger.funnel, ledger.by_rule, rules_in_force.in_force):
        with pytest.raises(Forbidden):
            see(rt, charlie, search_id)  # type: ignore[operator]


# -- apply ---------------------------------------------------------------------------------------------


def test_the_first_rule_that_fits_is_the_reason(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    now = version(rt, search_id)
    run_id = apply(rt, alice, search_id, [acme, NURSES, YOUNG])
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["counts"]["changed"]) == ("done", 9)
    assert version(rt, search_id) > now
    found = statuses(rt, search_id)
    assert [found[one] for one in ids[:4]] == [
        "filtered_blacklist",
        "filtered_experience",
        "filtered_title",
        "filtered_blacklist",
    ]
    page = ledger.page(rt, alice, search_id)
    assert page.total == 9
    line = next(one for one in page.lines if one.candidate_id == ids[0])
    assert (line.entry, line.entry_row, line.list_version, line.who) == ("ACME Ltd.", 1, 1, "Alice Owner")
    assert (line.full_name, line.restored_at, line.was_unknown) == ("Ada 00", None, False)
    assert rows(rt, "SELECT count(*) AS n FROM filter_outcomes") == [{"n": 0}]
    kept = rows(rt, "SELECT filter_rule_id FROM candidates WHERE id = %s", ids[0])
    assert kept[0]["filter_rule_id"] == line.rule_id


def test_what_cannot_be_known_does_what_was_chosen(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    apply(rt, alice, search_id, [YOUNG])
    assert set(out(rt, search_id)) == set(ids[:4])
    told = ledger.reasons(rt, alice, search_id, ids[8])
    assert (told.lines, told.flags) == (
        (),
        ("Leave out who has less than 5 years of experience; flag who is not known",),
    )
    apply(rt, alice, search_id, [{**YOUNG, "on_unknown": "drop"}])
    assert set(out(rt, search_id)) == {*ids[:4], *ids[8:]}
    line = ledger.reasons(rt, alice, search_id, ids[8]).lines[0]
    assert (line.was_unknown, line.filter_status) == (True, "filtered_experience")
    assert ledger.reasons(rt, alice, search_id, ids[8]).flags == ()


def test_the_ledger_is_searched_and_paged(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    apply(rt, alice, search_id, [acme, NURSES])
    page = ledger.page(rt, alice, search_id, Choices("ada 1"))
    assert {one.full_name for one in page.lines} == {"Ada 10"}
    by_entry = ledger.page(rt, alice, search_id, Choices("ACME Ltd"))
    assert by_entry.total == 4 and {one.entry for one in by_entry.lines} <= {"ACME Ltd.", "Acme"}
    page = ledger.page(rt, alice, search_id, Choices(status="filtered_title"), limit=2, offset=2)
    assert (len(page.lines), page.total) == (2, 4)
    rule = page.lines[0].rule_id
    assert ledger.page(rt, alice, search_id, Choices(rule_id=rule)).total == 4
    assert ledger.page(rt, alice, search_id, Choices(list_id=acme["params"]["list_id"])).total == 4
    assert ledger.page(rt, alice, search_id, Choices(user_id=alice.user_id, open=False)).total == 0
    assert ledger.page(rt, alice, search_id, Choices("100%")).total == 0


def test_the_app_cannot_rewrite_the_ledger(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], database: ServerUrls
) -> None:
    apply(rt, alice, search_id, [NURSES])
    with psycopg.connect(database.database_url, autocommit=True) as conn:
        for change in ("UPDATE exclusions SET user_id = 0", "DELETE FROM exclusions", "TRUNCATE exclusions"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(change)  # type: ignore[call-overload]


def test_ledger_and_log_go_with_what_they_are_about(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], database: ServerUrls
) -> None:
    kept = [value(rt, f"SELECT count(*) FROM {table}") for table in ("exclusions", "changes")]
    apply(rt, alice, search_id, [NURSES])
    of_one = "SELECT count(*) FROM exclusions WHERE candidate_id = %s"
    gone, left = sorted(out(rt, search_id))[:2]
    rule = value(rt, "SELECT rule_id FROM exclusions WHERE candidate_id = %s", gone)
    assert (value(rt, of_one, gone), value(rt, of_one, left)) == (1, 1)
    with psycopg.connect(database.database_owner_url, autocommit=True) as conn:
        conn.execute("DELETE FROM profiles WHERE id = (SELECT profile_id FROM candidates WHERE id = %s)", [gone])
        assert (value(rt, of_one, gone), value(rt, of_one, left)) == (0, 1)
        conn.execute("DELETE FROM filter_rules WHERE id = %s", [rule])
        assert value(rt, of_one, left) == 0
        assert value(rt, "SELECT count(*) FROM changes WHERE candidate_id = %s", left) == 1
        conn.execute("DELETE FROM searches WHERE id = %s", [search_id])
    assert [value(rt, f"SELECT count(*) FROM {table}") for table in ("exclusions", "changes")] == kept


def test_who_was_changed_by_someone_else_meanwhile_is_left_alone(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    run_id = filtering.start(rt, alice, search_id, [NURSES])
    work_with(
        rt, run_id, 2, lambda: candidates.change(rt, bob, search_id, [ids[10]], action_of("stage", "shortlisted"))
    )
    assert run_row(rt, run_id)["counts"]["skipped_changed"] == 1
    assert set(out(rt, search_id)) == set(ids[:10:2])


def test_a_run_whose_worker_dies_goes_on(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    run_id = filtering.start(rt, alice, search_id, [NURSES])
    kill_at(rt, run_id, 2)
    assert len(out(rt, search_id)) == 4
    work(rt, run_id)
    assert set(out(rt, search_id)) == set(ids[::2])
    assert ledger.page(rt, alice, search_id).total == 6
    assert rows(rt, "SELECT count(*) AS n FROM change_batches") == [{"n": 1}]


@pytest.fixture(params=["halves", "parts"])
def lanes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Runs are written on two connections at once, whatever their size; with "parts" people are judged so, too."""
    monkeypatch.setattr(change_lanes, "LANE_FROM", 1)
    if request.param == "parts":
        monkeypatch.setattr(filter_parts, "PART_FROM", 1)
        monkeypatch.setattr(filter_query, "BLOCK", 3)
    return str(request.param)


def test_two_lanes_write_what_one_writes(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], lanes: str
) -> None:
    before = version(rt, search_id)
    run_id = apply(rt, alice, search_id, [NURSES])
    run = run_row(rt, run_id)
    assert (run["state"], run["done"], run["total"], run["counts"]["changed"]) == ("done", 6, 6, 6)
    assert {"_lane_0", "_lane_1"} <= set(run["counts"])
    assert set(out(rt, search_id)) == set(ids[::2]) and version(rt, search_id) > before
    last = undo.last_batch(rt, alice, search_id)
    assert last is not None and last.changed == 6


def test_parts_together_say_what_all_say_at_once(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    rules = [acme, NURSES, YOUNG]
    whole = filtering.dry_run(rt, alice, search_id, rules), rules_in_force.would_change(rt, alice, search_id, rules)
    monkeypatch.setattr(filter_parts, "PART_FROM", 1)
    for block in (1, 2, 3, 5, 100):
        monkeypatch.setattr(filter_query, "BLOCK", block)
        parts = filtering.dry_run(rt, alice, search_id, rules), rules_in_force.would_change(rt, alice, search_id, rules)
        assert parts == whole
    assert whole[0].left_out > 0 and whole[0].flagged > 0 and whole[1].leave == whole[0].left_out


def test_what_goes_wrong_in_one_part_is_told_and_nothing_is_written(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], lanes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise Unavailable("The database does not answer.")

    run_id = filtering.start(rt, alice, search_id, [NURSES])
    with monkeypatch.context() as patched:
        patched.setattr(filter_run, "_insert", broken)
        work(rt, run_id)
    assert (run_row(rt, run_id)["state"], out(rt, search_id)) == ("queued", {})
    work(rt, run_id)
    assert set(out(rt, search_id)) == set(ids[::2])


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_killed_in_any_lane_each_goes_on_where_it_was(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], lanes: str, batch: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(filter_run, "BATCH", 2)
    run_id = filtering.start(rt, alice, search_id, [NURSES])
    kill_at(rt, run_id, batch)
    work(rt, run_id)
    run = run_row(rt, run_id)
    assert (run["state"], run["done"], run["counts"]["changed"]) == ("done", 6, 6)
    assert set(out(rt, search_id)) == set(ids[::2])
    assert rows(rt, "SELECT count(*) AS n, count(DISTINCT candidate_id) AS each FROM exclusions") == [
        {"n": 6, "each": 6}
    ]
    assert rows(rt, "SELECT changed FROM change_batches") == [{"changed": 6}]


def test_what_goes_wrong_in_one_lane_ends_the_run_with_its_reason(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int], lanes: str
) -> None:
    run_id = filtering.start(rt, bob, search_id, [NURSES])
    work_with(rt, run_id, 1, lambda: searches.set_visibility(rt, alice, search_id, "private"))
    run = run_row(rt, run_id)
    assert (run["state"], run["message"]) == ("failed", searches.NOT_YOURS)
    # The other lane may have been done with its part before the right was lost; what is out is in the ledger.
    lines = {one.candidate_id for one in ledger.page(rt, alice, search_id).lines}
    assert set(out(rt, search_id)) == lines and len(lines) < 6


def test_a_cancelled_run_keeps_what_it_did_and_undo_takes_it_back(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filter_run, "BATCH", 2)
    run_id = filtering.start(rt, alice, search_id, [NURSES])
    work_with(rt, run_id, 2, lambda: runs.cancel_run(rt, alice, run_id))
    assert (run_row(rt, run_id)["state"], len(out(rt, search_id))) == ("cancelled", 4)
    last = undo.last_batch(rt, alice, search_id)
    assert last is not None
    undo.undo(rt, alice, last.id)
    assert out(rt, search_id) == {}
    # What it left to be written goes with the next run.
    apply(rt, alice, search_id, [YOUNG])
    assert rows(rt, "SELECT count(*) AS n FROM filter_outcomes") == [{"n": 0}]


def test_a_run_asks_for_the_right_in_every_batch(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int]
) -> None:
    run_id = filtering.start(rt, bob, search_id, [NURSES])
    work_with(rt, run_id, 2, lambda: searches.set_visibility(rt, alice, search_id, "private"))
    assert (run_row(rt, run_id)["state"], len(out(rt, search_id))) == ("failed", 4)


def test_a_run_whose_list_is_gone_says_so(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    run_id = filtering.start(rt, alice, search_id, [acme])
    change(rt, "DELETE FROM lists WHERE id = %s", acme["params"]["list_id"])
    work(rt, run_id)
    run = run_row(rt, run_id)
    assert (run["state"], run["message"], out(rt, search_id)) == ("failed", filtering.NO_LIST, {})


def test_a_run_that_has_written_more_than_a_small_number(rt: Runtime, alice: Actor, search_id: uuid.UUID) -> None:
    """A parameter that fits in two bytes is one of two bytes, and so was its sum with another."""
    given = {"run_id": 1, "search_id": search_id, "after": 32_000, "until": 42_000, "limit": 4_000, "batch_id": 1,
             "as_of": None, "restored_as": "rules", **alice.params}  # fmt: skip
    queries = sql.queries("filtering")
    with rt.db.connection() as conn:
        assert conn.execute(queries.write_outcomes, given).fetchall()[0]["last"] == 36_000


def test_two_people_apply_different_rules_at_once(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    started = [filtering.start(rt, alice, search_id, [NURSES]), filtering.start(rt, bob, search_id, [acme])]
    workers = [threading.Thread(target=work, args=(rt, run_id)) for run_id in started]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [run_row(rt, run_id)["state"] for run_id in started] == ["done", "done"]
    assert set(out(rt, search_id)) == {*ids[::2], *ids[::3]}
    lines = ledger.page(rt, alice, search_id).lines
    assert {one.who for one in lines} == {"Alice Owner", "Bob Teammate"}
    assert len(lines) == len({one.candidate_id for one in lines}) == 8


def test_two_processes_apply_at_once_and_both_are_in_the_ledger(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, acme: dict[str, Any]
) -> None:
    people = [
        Row(0, full_name=f"Ada {n:03}", title=("Nurse", "Engineer")[n % 2], company=("Acme", "Beeb", "")[n % 3])
        for n in range(300)
    ]
    ids = add_rows(rt, search_id, people)
    started = [filtering.start(rt, alice, search_id, [NURSES]), filtering.start(rt, bob, search_id, [acme])]
    environ = child_environ(rt.settings)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.run_one", str(run_id)], env=environ, cwd=Path(__file__).parents[2]
        )
        for run_id in started
    ]
    assert [worker.wait(timeout=waiting.LONG_S) for worker in workers] == [0, 0]
    assert [run_row(rt, run_id)["state"] for run_id in started] == ["done", "done"]
    assert set(out(rt, search_id)) == {*ids[::2], *ids[::3]}
    found = rows(rt, "SELECT count(*) AS lines, count(DISTINCT candidate_id) AS people, count(DISTINCT user_id) AS by"
                     " FROM exclusions WHERE restored_at IS NULL")  # fmt: skip
    assert found == [{"lines": 200, "people": 200, "by": 2}]
    # Whoever came second found the first one's people out already: each reason is of one of the two runs.
    changed = {row["run_id"]: row["changed"] for row in rows(rt, "SELECT run_id, changed FROM change_batches")}
    assert sum(changed.values()) == 200 and set(changed) == set(started)


def test_a_run_waits_for_the_one_that_is_at_it(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(filter_run, "WAIT_S", 0.01)
    first, second = filtering.start(rt, alice, search_id, [NURSES]), filtering.start(rt, bob, search_id, [acme])
    waiting = threading.Thread(target=work, args=(rt, second))

    def meanwhile() -> None:
        waiting.start()
        waiting.join(timeout=0.3)
        assert waiting.is_alive()
        assert ledger.page(rt, bob, search_id, Choices(user_id=bob.user_id)).total == 0

    work_with(rt, first, 2, meanwhile)
    waiting.join()
    assert [run_row(rt, one)["state"] for one in (first, second)] == ["done", "done"]


# -- back ----------------------------------------------------------------------------------------------


def test_undo_of_a_run_is_no_verdict_on_anyone(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    apply(rt, alice, search_id, [NURSES])
    last = undo.last_batch(rt, alice, search_id)
    assert last is not None
    assert (last.action, last.changed) == ("filter", 6)
    undo.undo(rt, alice, last.id)
    assert out(rt, search_id) == {}
    assert {one.restored_as for one in ledger.page(rt, alice, search_id).lines} == {"undo"}
    apply(rt, alice, search_id, [NURSES])
    assert set(out(rt, search_id)) == set(ids[::2])


def test_rules_whose_undo_was_cancelled_are_in_force(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(rt, alice, search_id, [NURSES])
    last = undo.last_batch(rt, alice, search_id)
    assert last is not None
    monkeypatch.setattr(candidates, "MOST", 2)
    runs.cancel_run(rt, alice, undo.undo(rt, alice, last.id).run_id or 0)
    assert len(out(rt, search_id)) == 6
    found = rules_in_force.in_force(rt, alice, search_id)
    assert found is not None and not found.undone


def test_whom_a_cancelled_undo_did_not_come_to_was_contacted(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with rt.db.connection() as conn:
        other = add_search(conn, bob)
        conn.execute("SELECT add_candidates(%s, ARRAY(SELECT profile_id FROM candidates WHERE id = ANY (%s)), NULL)",
                     [other, ids[:5]])  # fmt: skip
    monkeypatch.setattr(candidates, "MOST", 2)
    started = bulk.start(rt, bob, View.of(other), None, "stage", "contacted")
    work(rt, started.run_id)
    back = undo.undo(rt, bob, result(rt, bob, started.run_id).batch_id or 0)
    runs.cancel_run(rt, bob, back.run_id or 0)
    apply(rt, alice, search_id, [{"kind": "contacted", "params": {"days": 30}}])
    assert set(out(rt, search_id)) == set(ids[:5])


def test_who_was_brought_back_is_not_dropped_by_the_same_entry_again(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    apply(rt, alice, search_id, [acme])
    candidates.change(rt, bob, search_id, [ids[0], ids[3]], action_of("restore"))
    line = ledger.reasons(rt, alice, search_id, ids[0]).lines[0]
    assert (line.restored_by, line.restored_as) == ("Bob Teammate", "person")
    assert rows(rt, "SELECT filter_rule_id FROM candidates WHERE id = %s", ids[0]) == [{"filter_rule_id": None}]
    # Compared in another way, it is still the same entry.
    loosely = {"kind": "list", "params": {**acme["params"], "match": "contains"}}
    done = filtering.dry_run(rt, alice, search_id, [loosely, NURSES])
    assert (done.rules[0].guarded, done.rules[0].in_order, done.left_out) == (2, 0, 5)
    apply(rt, alice, search_id, [loosely])
    assert set(out(rt, search_id)) == {ids[6], ids[9]}
    # Another rule may, and so may this one when asked.
    apply(rt, alice, search_id, [NURSES])
    assert ids[0] in out(rt, search_id)
    apply(rt, alice, search_id, [acme], again=True)
    assert out(rt, search_id)[ids[3]] == "filtered_blacklist"
    # Asked once, it is as if they had never come back.
    assert filtering.dry_run(rt, alice, search_id, [acme]).guarded == 0


def test_an_undone_return_has_its_reason_again(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    apply(rt, alice, search_id, [acme])
    back = candidates.change(rt, alice, search_id, [ids[0]], action_of("restore"))
    undo.undo(rt, alice, back.batch_id or 0)
    assert out(rt, search_id)[ids[0]] == "filtered_blacklist"
    newest, oldest = ledger.reasons(rt, alice, search_id, ids[0]).lines
    assert (newest.restored_at, newest.entry, newest.rule_id) == (None, "ACME Ltd.", oldest.rule_id)
    apply(rt, alice, search_id, [acme])
    assert ledger.page(rt, alice, search_id, Choices(open=True)).total == 4


def test_everyone_of_a_rule_comes_back_or_everyone(
    rt: Runtime, alice: Actor, charlie: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    apply(rt, alice, search_id, [acme, NURSES])
    rules = {one.filter_status: one.rule_id for one in ledger.by_rule(rt, alice, search_id)}
    with pytest.raises(NotFound):
        filtering.restore(rt, alice, search_id, 10**9)
    with pytest.raises(Forbidden):
        filtering.restore(rt, charlie, search_id)
    work(rt, filtering.restore(rt, alice, search_id, rules["filtered_title"]))
    assert set(out(rt, search_id).values()) == {"filtered_blacklist"}
    assert filtering.dry_run(rt, alice, search_id, [NURSES]).guarded == 4
    candidates.change(rt, alice, search_id, [ids[1]], action_of("exclude"))
    work(rt, filtering.restore(rt, alice, search_id))
    assert out(rt, search_id) == {}
    last = undo.last_batch(rt, alice, search_id)
    assert last is not None
    undo.undo(rt, alice, last.id)
    assert len(out(rt, search_id)) == 5


def test_leaving_out_by_hand_and_in_bulk_is_in_the_ledger(
    rt: Runtime, alice: Actor, bob: Actor, search_id: uuid.UUID, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates.change(rt, bob, search_id, [ids[0]], action_of("exclude"))
    line = ledger.reasons(rt, alice, search_id, ids[0]).lines[0]
    assert (line.filter_status, line.rule_id, line.sentence, line.who) == ("filtered_manual", None, "", "Bob Teammate")
    monkeypatch.setattr(candidates, "MOST", 5)
    work(rt, bulk.start(rt, alice, View.of(search_id), None, "exclude").run_id)
    assert ledger.page(rt, alice, search_id, Choices(open=True)).total == 12
    assert ledger.page(rt, alice, search_id, Choices(user_id=alice.user_id)).total == 11
    work(rt, bulk.start(rt, alice, View.of(search_id, status="filtered"), None, "restore").run_id)
    assert ledger.page(rt, alice, search_id, Choices(open=True)).total == 0


# -- when something changes ----------------------------------------------------------------------------


def test_a_changed_list_changes_nobody_until_it_is_applied(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    assert rules_in_force.in_force(rt, alice, search_id) is None
    with pytest.raises(BadInput, match="No rules"):
        rules_in_force.would_change(rt, alice, search_id)
    apply(rt, alice, search_id, [acme])
    candidates.change(rt, alice, search_id, [ids[2]], action_of("exclude"))
    list_id = acme["params"]["list_id"]
    assert rules_in_force.would_change(rt, alice, search_id) == rules_in_force.Changes(0, 0, (), ())
    lists.replace(rt, alice, list_id, named("Beeb"))
    assert set(out(rt, search_id)) == {ids[0], ids[2], ids[3], ids[6], ids[9]}
    found = rules_in_force.would_change(rt, alice, search_id)
    assert (found.leave, found.come_back, found.leaving) == (4, 4, (ids[1], ids[4], ids[7], ids[10]))
    now = rules_in_force.in_force(rt, alice, search_id)
    assert now is not None
    assert (now.rules[0].list_version, now.rules[0].list_newest, now.rules[0].is_behind) == (1, 2, True)
    assert lists.searches_behind(rt, alice, list_id) == [(search_id, "Backend Bern")]
    apply(rt, alice, search_id, [acme], bring_back=True)
    assert set(out(rt, search_id)) == {ids[1], ids[2], ids[4], ids[7], ids[10]}
    assert lists.searches_behind(rt, alice, list_id) == []
    # Brought back by rules, not by a person: nothing stands against the entry when it comes again.
    lists.replace(rt, alice, list_id, named("Acme"))
    assert rules_in_force.would_change(rt, alice, search_id).leave == 4


def test_a_rule_is_judged_by_the_list_as_it_was_when_it_was_started(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    run_id = filtering.start(rt, alice, search_id, [acme])
    lists.replace(rt, alice, acme["params"]["list_id"], named("Beeb"))
    lists.archive(rt, alice, acme["params"]["list_id"])
    work(rt, run_id)
    assert set(out(rt, search_id)) == set(ids[::3])
    assert ledger.page(rt, alice, search_id).lines[0].entry == "ACME Ltd."
    with pytest.raises(BadInput, match="does not exist any more"):
        rules_in_force.would_change(rt, alice, search_id)


def test_a_line_keeps_the_row_of_the_version_that_it_tells_of(
    rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int], acme: dict[str, Any]
) -> None:
    def told() -> list[tuple[int, int | None, int | None]]:
        lines = ledger.page(rt, alice, search_id).lines
        return [(one.candidate_id, one.entry_row, one.list_version) for one in lines if one.entry == "ACME Ltd."]

    apply(rt, alice, search_id, [acme])
    first = told()
    assert first == [(one, 1, 1) for one in reversed(ids[::3])]
    # The same entry stands further down in the next version.
    lists.replace(rt, alice, acme["params"]["list_id"], named("Ceeb", "Deeb", "Eeeb", "ACME Ltd."))
    assert told() == first
    reasons = rows(rt, "SELECT DISTINCT entry_row, list_version FROM exclusion_reasons")
    assert [tuple(one.values()) for one in reasons] == [(1, 1)]
    # Back, and out again by the version of now.
    taken_back = undo.last_batch(rt, alice, search_id)
    assert taken_back is not None
    undo.undo(rt, alice, taken_back.id)
    apply(rt, alice, search_id, [acme])
    assert told() == [(one, 4, 2) for one in reversed(ids[::3])] + first


def test_a_fuzzy_rule_shows_what_it_takes_for_the_same(rt: Runtime, alice: Actor, search_id: uuid.UUID) -> None:
    add_rows(
        rt,
        search_id,
        [Row(0, company=name) for name in ("Accenture", "Accentur GmbH", "Accenturee", "Acme", "Accentur")],
    )
    list_id, _ = add_list(rt, alice, "blacklisted_companies", named("Accenture PLC"))
    found = filtering.fuzzy_samples(rt, alice, search_id, list_id, 0.6)
    assert [(one.entry, one.people) for one in found] == [("Accenture PLC", 1)] * len(found)
    assert len(found) == 3
    assert [one.alike for one in found] == sorted(one.alike for one in found)
    assert all(0.6 <= one.alike < 1 for one in found)
    assert filtering.fuzzy_samples(rt, alice, search_id, list_id, 0.99) == []
    people, _ = add_list(rt, alice, "do_not_contact", [])
    with pytest.raises(BadInput, match="exactly"):
        filtering.fuzzy_samples(rt, alice, search_id, people, 0.8)


def test_the_funnel_counts_who_came_how_far(rt: Runtime, alice: Actor, search_id: uuid.UUID, ids: list[int]) -> None:
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET has_email = true WHERE id = ANY (%s)", (ids[:7],))
        conn.execute("UPDATE candidates SET screened_at = now() WHERE id = ANY (%s)", (ids[:5],))
        conn.execute("UPDATE candidates SET stage = 'contacted' WHERE id = ANY (%s)", (ids[:3],))
    apply(rt, alice, search_id, [NURSES])
    found = ledger.funnel(rt, alice, search_id)
    assert (found.loaded, found.active, found.enriched, found.screened, found.shortlisted) == (12, 6, 3, 2, 1)
    assert found.statuses == {"filtered_title": 6}
    assert found.version == version(rt, search_id)
