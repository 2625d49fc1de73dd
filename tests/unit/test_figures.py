"""Figures say whether their goal was met, and if not, why not."""

from __future__ import annotations

import itertools
import json
import struct
from collections.abc import Callable
from typing import Any, cast

import pytest

from benchmarks.__main__ import LONG, MODULES, RESULTS, chosen
from benchmarks.cores import Cores
from benchmarks.measure import CAUSE, Figure
from benchmarks.memory import slope_of
from benchmarks.traffic import VIEWS, Load, Traffic
from benchmarks.web import Session
from services.grid.id_lists import IdList


def test_every_miss_that_is_published_names_its_cause() -> None:
    figures = json.loads(RESULTS.read_text(encoding="utf-8"))["figures"]
    assert figures
    missed = {figure["name"]: figure["note"] for figure in figures if figure["passes"] is False}
    assert [name for name, note in missed.items() if len(note.partition(CAUSE)[2]) < 20] == []


def test_the_cause_stands_in_the_note_of_a_miss_only() -> None:
    def note(passes: bool | None, cause: str, said: str = "2 failed") -> str:
        figure = Figure("P0", "goal", 1, "ms", passes, note=said, cause=cause)
        assert "cause" not in figure.as_json()
        assert figure.line().endswith(figure.as_json()["note"])
        return str(figure.as_json()["note"])

    assert note(False, "the disk is slow") == "2 failed; cause: the disk is slow"
    assert note(False, "the disk is slow", "") == "cause: the disk is slow"
    assert note(False, "") == note(True, "the disk is slow") == note(None, "the disk is slow") == "2 failed"


def test_a_miss_without_a_cause_is_unexplained() -> None:
    assert Figure("P0", "goal", 1, "ms", False).is_unexplained
    assert not Figure("P0", "goal", 1, "ms", False, cause="the disk is slow").is_unexplained
    assert not Figure("P0", "goal", 1, "ms", None).is_unexplained


class Answers:
    """In place of a session: each answer is what a function of its number makes of the right one."""

    def __init__(self, spoil: Callable[[int, dict[str, Any]], dict[str, Any]]) -> None:
        self._spoil, self._asked = spoil, itertools.count()

    def block(self, search_id: str, start: int, **view: Any) -> bytes:
        rows = [{"id": str(one)} for one in range(start + 1, min(start + 100, PEOPLE) + 1)]
        found = self._spoil(next(self._asked), {"rowData": rows, "rowCount": PEOPLE, "meta": {"exact": True}})
        meta = found.pop("meta")
        return json.dumps({
            "response": {"candidate-grid": {"getRowsResponse": found}},
            "sideUpdate": {"grid-answer": {"data": meta}},
        }).encode()  # fmt: skip


PEOPLE = 250
EVERYONE = IdList(struct.pack(f">{PEOPLE}i", *range(1, PEOPLE + 1)), 4, "1:1:")


def ran(spoil: Callable[[int, dict[str, Any]], dict[str, Any]]) -> Load:
    traffic = Traffic("search", [EVERYONE] * len(VIEWS), [cast(Session, Answers(spoil))])
    return traffic.run(seconds=0.02, rate=1000)


def test_right_answers_are_neither_wrong_nor_failed() -> None:
    load = ran(lambda number, answer: answer)
    assert (len(load.took), load.wrong, load.failed) == (20, 0, 0)


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda answer: answer | {"rowData": answer["rowData"][::-1]},
        lambda answer: answer | {"rowData": answer["rowData"][:-1]},
        lambda answer: answer | {"rowData": [answer["rowData"][0], *answer["rowData"][:-1]]},
        lambda answer: answer | {"rowCount": PEOPLE - 1},
    ],
    ids=["order", "missing", "repeated", "count"],
)
def test_each_wrong_answer_is_counted(spoiled: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    load = ran(lambda number, answer: spoiled(answer) if number in (3, 7) else answer)
    assert (load.wrong, load.failed) == (2, 0)
    # A guess at the count is no wrong answer.
    guess = {"rowCount": 260, "meta": {"exact": False}}
    assert ran(lambda number, answer: answer | guess).wrong == 0


def test_what_failed_is_named() -> None:
    def fail(number: int, answer: dict[str, Any]) -> dict[str, Any]:
        if number < 2:
            raise ConnectionError
        return answer

    load = ran(fail)
    assert (load.failed, load.wrong, len(load.took)) == (2, 0, 20)
    assert "2 failed (2 ConnectionError)" in load.told()


def test_growth_is_that_of_the_line_through_all_sizes() -> None:
    assert slope_of([(0, 100.0), (10, 101.0), (20, 102.0)]) == pytest.approx(0.1)
    assert slope_of([(0, 100.0), (10, 99.0), (20, 101.0), (30, 100.0)]) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("wanted", "quick", "found"),
    [
        (["P6"], False, ["load", "soak"]),
        (["P6"], True, ["load"]),
        (["P6-soak"], True, ["soak"]),
        (["P6-soak-memory"], False, ["soak"]),
        (["P6-hup", "P1a"], False, ["paging", "load"]),
        (["P2-streamlit"], True, ["peer_memory"]),
        (["P2b"], False, ["memory"]),
        (["Q"], False, []),
    ],
)
def test_goals_are_chosen_by_how_they_begin(wanted: list[str], quick: bool, found: list[str]) -> None:
    assert chosen(wanted, quick=quick) == found


def test_a_quick_run_of_all_leaves_out_what_takes_long() -> None:
    assert chosen([], quick=False) == list(MODULES)
    assert set(chosen([], quick=True)) == set(MODULES) - LONG


def test_full_cores_are_a_cause_and_idle_ones_are_not() -> None:
    assert Cores(0.4, 0.3, 0.95).cause == (
        "the cores are full (95%): web workers 40%, load generator 30%, Postgres and all else 25%"
    )
    assert Cores(0.4, 0.3, 0.8).cause == ""
