"""Exports with a column for each criterion's verdict and one for its evidence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from layouts import ids
from services.access.identity import Actor
from services.errors import BadInput
from services.exports import export_preview, export_variants, exports
from services.exports.exports import start_export
from services.grid.grid_view import View
from services.imports.import_mapping import suggest
from services.runs import runs
from services.runtime import Runtime
from services.screening import rubrics, verdict_reviews
from services.screening.rubrics import Criterion
from services.searches import searches
from tests.integration.test_export import content
from tests.screening import CRITERIA, JOB, add_search, save_rubric, work
from tests.verdicts import field_of, judge
from tests.web import Browser, call

LONG = Criterion("A title as long as one may be " * 2 + "and more", "Is it?", "should", Decimal(1))


class Place:
    """Three people, judged on Python and on a criterion with a long title; the first one's evidence is a formula."""

    def __init__(self, rt: Runtime, actor: Actor) -> None:
        self.rt, self.actor = rt, actor
        self.search = add_search(rt, actor, 3)
        self.rubric = save_rubric(rt, actor, self.search, (CRITERIA[0], LONG))
        self.fields = [field_of(rt, one) for one in self.rubric.criteria]
        self.ids = judge(rt, self.search, self.rubric, lambda number, _: ("pass", "fail", None)[number - 1])
        with rt.db.connection() as conn:
            conn.execute("UPDATE verdicts SET evidence_quote = '=1+1' WHERE candidate_id = %s", [self.ids[0]])
            conn.execute("UPDATE verdicts SET evidence_quote = '' WHERE candidate_id = %s", [self.ids[1]])
        number = self.rubric.criteria[0].id or 0
        verdict_reviews.review(rt, actor, self.search, self.ids[1], number, "pass", "It is there.")

    def export(self, fmt: str, columns: Any = None) -> bytes:
        view = View.of(self.search, sort=[{"colId": "added_at", "sort": "asc"}])
        run_id = start_export(self.rt, self.actor, view, None, {"ids": self.ids}, fmt, columns)
        assert work(self.rt, run_id)["state"] == "done", runs.get_run(self.rt, self.actor, run_id)["message"]
        return content(self.rt, {"id": run_id})


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    return Place(rt, alice)


def chosen(place: Place) -> list[str]:
    return ["full_name", *(name for field in place.fields for name in (field, f"{field}_evidence"))]


HEADERS = ["full_name", "criterion: Python", "evidence: Python", f"criterion: {LONG.title}", f"evidence: {LONG.title}"]


def test_a_file_has_the_verdict_that_counts_and_its_evidence(place: Place) -> None:
    read = list(csv.reader(io.StringIO(place.export("csv", chosen(place)).decode("utf-8-sig"))))
    assert read[0] == HEADERS
    # A quote is profile text: what would be a formula is guarded. The second person's verdict is a person's.
    assert [row[1:] for row in read[1:]] == [
        ["pass", "'=1+1", "pass", "'=1+1"], ["pass", "", "fail", ""], ["", "", "", ""]]  # fmt: skip


def test_other_kinds_of_files_say_the_same(place: Place) -> None:
    book = openpyxl.load_workbook(io.BytesIO(place.export("xlsx", chosen(place))), read_only=True)
    rows = list(book["People"].iter_rows(values_only=True))
    assert list(rows[0]) == HEADERS and rows[1][1:] == ("pass", "=1+1", "pass", "=1+1")
    assert [row[1] for row in rows[1:]] == ["pass", "pass", None]
    table = pq.read_table(io.BytesIO(place.export("parquet", chosen(place))))
    assert table.column_names == HEADERS and table.column(1).to_pylist() == ["pass", "pass", None]
    lines = [json.loads(line) for line in place.export("ndjson", chosen(place)).splitlines()]
    # Objects go by the names that never change.
    assert list(lines[0]) == chosen(place)
    assert [one[place.fields[0]] for one in lines] == ["pass", "pass", None]


def test_all_columns_means_the_criteria_too(place: Place) -> None:
    header = place.export("csv").decode("utf-8-sig").splitlines()[0]
    for name in HEADERS:
        assert name in header


def test_a_file_of_another_version_has_what_was_chosen(place: Place) -> None:
    """Between the choice and the file someone saves other criteria."""
    view = View.of(place.search)
    run_id = start_export(place.rt, place.actor, view, None, {"ids": place.ids}, "csv", chosen(place))
    rubrics.save(place.rt, place.actor, place.search, JOB, (replace(CRITERIA[0], title="Python now"), CRITERIA[1]))
    assert work(place.rt, run_id)["state"] == "done"
    read = list(csv.reader(io.StringIO(content(place.rt, {"id": run_id}).decode("utf-8-sig"))))
    assert read[0][1] == "criterion: Python now" and read[1][1] == "pass" and LONG.title in read[0][3]


@pytest.mark.parametrize("columns", [["criterion_000000000000"], ["criterion: Python"], ["full_name", "full_name"]])
def test_columns_that_are_not_there_are_refused(place: Place, columns: list[str]) -> None:
    with pytest.raises(BadInput):
        start_export(place.rt, place.actor, View.of(place.search), None, {"all": True}, "csv", columns)


def test_the_preview_shows_them(place: Place) -> None:
    found = export_preview.preview(
        place.rt, place.actor, View.of(place.search), None, {"ids": place.ids}, "processed", chosen(place)
    )
    assert found.columns == HEADERS and found.first[0][1:3] == ["pass", "=1+1"]


def test_titles_that_are_alike_make_headers_that_are_not() -> None:
    made = export_variants.criterion_columns([("criterion_a", "Same"), ("criterion_b", "Same")])
    names = [column.name for column in made]
    assert len(set(names)) == 4 and names[2].startswith("criterion: Same")


def test_an_import_does_not_take_them_for_something_else(place: Place) -> None:
    assert suggest([*HEADERS[1:], "criterion: E-mail", "evidence: Current title", "criterion: Location"]) == {}


def test_the_dialog_offers_what_the_grid_shows(place: Place, client_for: Callable[[Actor], Browser]) -> None:
    page = {"search_id": place.search, "version": None, "sort": []}
    request = {"n": 1, "target": {"ids": [str(one) for one in place.ids]}, "columns": ["full_name", place.fields[0]]}
    outputs = (f"{ids.EXPORT_DIALOG}.is_open", f"{ids.EXPORT_BODY}.children", f"{ids.EXPORT_TARGET}.data",
               f"{ids.EXPORT_RUN}.data")  # fmt: skip
    output = f"..{'...'.join(outputs)}.."
    client = client_for(place.actor)
    shown = call(client, output, [(ids.EXPORT_REQUEST, "data", request)], [(ids.GRID_VIEW, "data", page)]).get_json()
    body = json.dumps(shown["response"][ids.EXPORT_BODY])
    assert body.index(f"{place.fields[0]}_evidence") < body.index("last_name") < body.index(place.fields[1])
    kept = shown["response"][ids.EXPORT_TARGET]["data"]
    offer = f"..{ids.EXPORT_COLUMNS}.options...{ids.EXPORT_COLUMNS}.value...{ids.EXPORT_COLUMNS_BOX}.hidden.."
    answer = call(
        client, offer,
        [(ids.EXPORT_VARIANT, "value", "processed"), (ids.EXPORT_COLUMNS_ALL, "n_clicks", None),
         (ids.EXPORT_COLUMNS_GRID, "n_clicks", 1)],
        [(ids.EXPORT_TARGET, "data", kept), (ids.GRID_VIEW, "data", page)],
        triggered=f"{ids.EXPORT_COLUMNS_GRID}.n_clicks",
    ).get_json()["response"]  # fmt: skip
    assert answer[ids.EXPORT_COLUMNS]["value"] == ["full_name", place.fields[0], f"{place.fields[0]}_evidence"]
    labels = {one["value"]: one["label"] for one in answer[ids.EXPORT_COLUMNS]["options"]}
    assert labels[place.fields[0]] == "criterion: Python"


def test_who_may_not_see_the_search_learns_no_title(place: Place, bob: Actor) -> None:
    searches.set_visibility(place.rt, place.actor, place.search, "private")
    assert exports.criterion_columns(place.rt, bob, place.search) == ()
