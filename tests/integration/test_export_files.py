"""The kinds of files and what stands in them: CSV, XLSX, Parquet, lines of JSON; people, rows of files, details."""

from __future__ import annotations

import csv
import errno
import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from services.access.identity import Actor
from services.decisions import candidates
from services.errors import BadInput
from services.exports import export_targets, export_workbook
from services.exports.exports import start_export
from services.exports.spreadsheet_text import guard, unguard
from services.filtering import lists
from services.filtering.list_rows import Entry
from services.grid import result_sets
from services.grid.grid_view import View
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches
from tests import screening
from tests.filter_world import apply
from tests.integration.test_export import content, fill, people_of, stored_files
from tests.integration.test_import import table, work

# Postgres keeps neither of these; what XML cannot hold has a test of its own.
TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=40)
ODD = (
    "=1+1", "'=1+1", "''@x", "+351 912", "-", "@ana", "\t=1", "\r=1", "\uff1d1", "O'Neil", "'quoted'", "a\nb", "a\r\nb",
    'say "hi", ok; |', "", "שלום עולם", "👩‍💻 e\u0301", "_x0041_", " lead", "\\.", "0123", "1e5", "TRUE",
    "1899-12-31", "http://a.example/=1", "x" * 20_000,
)  # fmt: skip


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Leads").id)


@pytest.fixture
def export(rt: Runtime, alice: Actor, search: str) -> Callable[..., dict[str, Any]]:
    """export(fmt, variant): everybody of the search; returns the finished run."""

    def do(fmt: str = "csv", variant: str = "processed", *, into: str = search, **more: Any) -> dict[str, Any]:
        view = View.of(into, status="all", sort=[{"colId": "added_at", "sort": "asc"}])
        run_id = start_export(rt, alice, view, None, more.pop("target", {"all": True}), fmt, variant=variant, **more)
        work(rt, run_id)
        return runs.get_run(rt, alice, run_id)

    return do


Export = Callable[..., dict[str, Any]]


def add(rt: Runtime, actor: Actor, search_id: str, **values: Any) -> int:
    """One person of a search; returns the profile's id."""
    named = {"full_name": "Ada Example", **values}
    columns, marks = ", ".join(named), ", ".join(f"%({name})s" for name in named)
    with rt.db.connection() as conn:
        row = conn.execute(f"INSERT INTO profiles ({columns}) VALUES ({marks}) RETURNING id", named).fetchone()
        assert row is not None
        conn.execute("SELECT add_candidates(%s, %s, %s)", (search_id, [row["id"]], actor.user_id))
        conn.execute("SELECT bump_version(%s)", (search_id,))
    return int(row["id"])


def add_raw(rt: Runtime, profile_id: int, raw: Any, source: str = "File") -> None:
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO profile_raw (profile_id, source, raw) VALUES (%s, %s, %s)",
                     (profile_id, source, Jsonb(raw)))  # fmt: skip


def workbook(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def sheet_rows(sheet: Any) -> Iterator[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return (dict(zip(head, row, strict=True)) for row in rows)


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# -- the same people in every kind of file -------------------------------------------------------


def test_all_kinds_of_files_hold_the_same(rt: Runtime, search: str, export: Export) -> None:
    fill(rt, search, 300)
    by_csv = people_of(content(rt, export("csv")))
    by_json = [json.loads(line) for line in content(rt, export("ndjson")).splitlines()]
    by_parquet = pq.read_table(io.BytesIO(content(rt, export("parquet")))).to_pylist()
    by_xlsx = list(sheet_rows(workbook(content(rt, export("xlsx")))["People"]))
    assert len(by_csv) == len(by_json) == len(by_parquet) == len(by_xlsx) == 300
    for in_csv, in_json, in_parquet, in_xlsx in zip(by_csv, by_json, by_parquet, by_xlsx, strict=True):
        assert list(in_csv) == list(in_json) == list(in_parquet) == list(in_xlsx)
        moments = {name: value and value.strftime("%Y-%m-%dT%H:%M:%SZ")
                   for name, value in in_parquet.items() if name in ("added_at", "screened_at")}  # fmt: skip
        assert in_parquet | moments == in_json
        shown = {name: ", ".join(v) if isinstance(v, list) else {True: "yes", False: "no"}.get(v, v)
                 if isinstance(v, bool) else v for name, v in in_json.items()}  # fmt: skip
        assert {name: value if value is not None else "" for name, value in in_xlsx.items()} == {
            name: value if value is not None else "" for name, value in shown.items()
        }
        assert in_csv == {
            name: "" if value is None else guard(value) if isinstance(value, str) else f"{value:g}"
            for name, value in shown.items()
        }


@pytest.mark.parametrize("fmt", ["csv", "ndjson", "parquet", "xlsx"])
def test_nobody_is_a_file_of_headers(rt: Runtime, search: str, export: Export, fmt: str) -> None:
    run = export(fmt)
    assert (run["state"], run["message"]) == ("done", "0 people")
    data = content(rt, run)
    if fmt == "parquet":
        assert pq.read_table(io.BytesIO(data)).num_rows == 0
    elif fmt == "xlsx":
        assert [cell.value for cell in workbook(data)["People"][1]][:2] == ["full_name", "first_name"]
    else:
        assert len(data.splitlines()) == (fmt == "csv")


@pytest.mark.parametrize("fmt", ["csv", "ndjson", "parquet", "xlsx"])
def test_blocks_and_batches_end_in_the_middle_of_everything(
    rt: Runtime, search: str, export: Export, monkeypatch: pytest.MonkeyPatch, fmt: str
) -> None:
    fill(rt, search, 103)
    whole = content(rt, export(fmt))
    monkeypatch.setattr(export_targets, "BATCH_ROWS", 10)
    monkeypatch.setattr("services.exports.export_run.BLOCK_BYTES", 700)
    monkeypatch.setattr("services.exports.export_parquet.GROUP_BYTES", 5_000)
    small = content(rt, export(fmt))
    if fmt == "parquet":
        assert pq.ParquetFile(io.BytesIO(small)).num_row_groups > 2
        assert pq.read_table(io.BytesIO(small)).equals(pq.read_table(io.BytesIO(whole)))
    elif fmt == "xlsx":
        assert list(sheet_rows(workbook(small)["People"])) == list(sheet_rows(workbook(whole)["People"]))
    else:
        assert small == whole


def test_one_column_of_blanks_keeps_its_rows(rt: Runtime, alice: Actor, search: str, export: Export) -> None:
    for score in (None, 7, None):
        add(rt, alice, search, years_experience=score)
    run = export("csv", columns=["years_experience"])
    assert lines(content(rt, run)) == [["years_experience"], [""], ["7"], [""]]
    data = content(rt, export("parquet", columns=["years_experience"]))
    assert pq.read_table(io.BytesIO(data))["years_experience"].to_pylist() == [None, 7, None]
    sheet = workbook(content(rt, export("xlsx", columns=["years_experience"])))["People"]
    assert [cell.value for cell in sheet["A"]] == ["years_experience", None, 7]


# -- texts that are more than texts ----------------------------------------------------------------


def test_odd_texts_are_the_same_in_every_file_and_no_formulas(
    rt: Runtime, alice: Actor, search: str, export: Export
) -> None:
    for text in ODD:
        add(rt, alice, search, summary=text)
    cells = [row[0] for row in lines(content(rt, export("csv", columns=["summary"])))[1:]]
    assert [unguard(cell) for cell in cells] == list(ODD)
    assert not any(cell[:1] in "=+-@\t\r\n" for cell in cells if cell)
    table_ = pq.read_table(io.BytesIO(content(rt, export("parquet", columns=["summary"]))))
    assert [unguard(text) for text in table_["summary"].to_pylist()] == list(ODD)
    written = [json.loads(line)["summary"] for line in content(rt, export("ndjson", columns=["summary"])).splitlines()]
    assert [unguard(text) for text in written] == list(ODD)
    # Only what a reader would take for our own ' is given one.
    assert [text for text, kept in zip(ODD, written, strict=True) if text != kept] == ["'=1+1", "''@x"]


def test_cells_of_a_workbook_are_texts(rt: Runtime, alice: Actor, search: str, export: Export) -> None:
    for text in ODD:
        add(rt, alice, search, summary=text)
    sheet = workbook(content(rt, export("xlsx", columns=["summary", "years_experience"])))["People"]
    for row in sheet.iter_rows(min_row=2):
        assert row[0].value is None or (row[0].data_type == "s" and row[0].quotePrefix)
        assert row[0].hyperlink is None
    found = [openpyxl.utils.escape.unescape(row[0].value or "") for row in sheet.iter_rows(min_row=2)]
    assert [unguard(text) for text in found] == list(ODD)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(TEXT | st.sampled_from(ODD), min_size=1, max_size=20))
def test_postgres_guards_as_we_do(rt: Runtime, texts: list[str]) -> None:
    found = table(rt, "SELECT sx_guard(t) AS guarded, sx_keep(t) AS kept FROM unnest(%s::text[]) AS t", texts)
    assert [row["guarded"] for row in found] == [guard(text) for text in texts]
    assert [unguard(row["kept"]) for row in found] == texts


def test_a_workbook_continues_texts_that_are_too_long(rt: Runtime, alice: Actor, search: str, export: Export) -> None:
    long = "x" * 32_766 + "😀" * 20_000
    for raw in ({"bio": "short"}, {"bio": long}, {"bio": "y" * 32_767, "n": "1"}):
        add_raw(rt, add(rt, alice, search), raw)
    run = export("xlsx", "combined")
    assert (
        run["message"] == "3 rows about 3 people. Texts that are too long for a cell go on in columns named “continued”"
    )
    rows = list(sheet_rows(workbook(content(rt, run))["People"]))
    assert list(rows[0])[:4] == ["bio", "bio (continued 2)", "bio (continued 3)", "n"]
    assert ["".join(row[name] or "" for name in list(row)[:3]) for row in rows] == ["short", long, "y" * 32_767]
    assert all(len((cell or "").encode("utf-16-le")) <= 2 * 32_767 for row in rows for cell in list(row.values())[:3])
    assert [row["n"] for row in rows] == [None, None, "1"]


def test_more_rows_than_a_sheet_has(
    rt: Runtime, alice: Actor, search: str, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(rt, search, 12)
    for one in table(rt, "SELECT id FROM profiles"):
        add_raw(rt, one["id"], {"a": "1"})
    monkeypatch.setattr("services.exports.export_run.MOST_SHEET_ROWS", 11)
    monkeypatch.setattr(export_workbook, "MOST_SHEET_ROWS", 11)
    for variant in ("processed", "combined"):
        run = export("xlsx", variant)
        assert (run["state"], run["message"]) == ("failed", export_workbook.TOO_MANY)
    assert stored_files(rt) == []
    assert export("csv")["state"] == "done"


# -- what files brought --------------------------------------------------------------------------------


def test_rows_of_files_as_they_came(rt: Runtime, alice: Actor, search: str, export: Export) -> None:
    first, second = add(rt, alice, search), add(rt, alice, search)
    add_raw(rt, first, {"Name": "Ada", "100% remote": "=yes", "tags": ["a", "b"], " pad": " two"})
    add_raw(rt, first, {"Name": "Ada L.", "vmid": "77"}, "PhantomBuster")
    add_raw(rt, second, {"Name": "Bo", "Empty": ""})
    table(rt, "INSERT INTO runs (kind, search_id, user_id, state, params) VALUES ('import', %s, %s, 'done', %s)"
              " RETURNING id", search, alice.user_id, Jsonb({"columns": ["Empty", "Name"]}))  # fmt: skip
    run = export("csv", "combined")
    assert run["message"] == "3 rows about 2 people"
    head, *rows = lines(content(rt, run))
    assert head == ["Empty", "Name", " pad", "100% remote", "tags", "vmid", "imported_from", "imported_at"]
    assert [row[:7] for row in rows] == [
        ["", "Ada", " two", "'=yes", '["a", "b"]', "", "File"],
        ["", "Ada L.", "", "", "", "77", "PhantomBuster"],
        ["", "Bo", "", "", "", "", "File"],
    ]
    in_parquet = pq.read_table(io.BytesIO(content(rt, export("parquet", "combined")))).to_pylist()
    assert [row["Name"] for row in in_parquet] == ["Ada", "Ada L.", "Bo"]
    assert (in_parquet[2]["Empty"], in_parquet[0]["Empty"]) == ("", None)
    in_json = [json.loads(line) for line in content(rt, export("ndjson", "combined")).splitlines()]
    assert in_json[0]["tags"] == ["a", "b"]
    assert [row["imported_from"] for row in in_json] == ["File", "PhantomBuster", "File"]


def test_people_whom_no_file_brought_have_no_rows(rt: Runtime, alice: Actor, search: str, export: Export) -> None:
    add(rt, alice, search)
    for fmt in ("csv", "parquet", "xlsx", "ndjson"):
        run = export(fmt, "combined")
        assert (run["state"], run["message"]) == ("done", "0 rows about 1 person")


def test_more_columns_than_a_table_can_have(
    rt: Runtime, alice: Actor, search: str, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.exports.export_variants.MOST_RAW", 3)
    add_raw(rt, add(rt, alice, search), {name: name.upper() for name in "abcde"})
    add_raw(rt, add(rt, alice, search), {"a": "1"})
    head, *rows = lines(content(rt, export("csv", "combined")))
    assert head[:4] == ["a", "b", "c", "more columns (JSON)"]
    assert [row[:4] for row in rows] == [["A", "B", "C", '{"d": "D", "e": "E"}'], ["1", "", "", ""]]


def test_two_hundred_thousand_columns_are_all_there_and_the_report_says_where(
    rt: Runtime, alice: Actor, search: str, export: Export
) -> None:
    for _ in range(40):
        add(rt, alice, search)
    table(rt, """INSERT INTO profile_raw (profile_id, source, raw)
        SELECT id, 'json', (SELECT jsonb_object_agg('key ' || lpad((id * 5000 + n)::text, 7, '0'), n)
            FROM generate_series(1, 5000) AS n) FROM profiles RETURNING 1""")  # fmt: skip
    run = export("csv", "combined")
    assert run["state"] == "done"
    assert "and others have no column of their own; they stand in “more columns (JSON)”" in run["message"]
    before = csv.field_size_limit(1 << 24)  # the reader's own default is 128 KiB, and it is one for the whole process
    try:
        head, *rows = lines(content(rt, run))
    finally:
        csv.field_size_limit(before)
    assert (len(head), head[1000]) == (1003, "more columns (JSON)")
    found = set(head[:1000])
    for row in rows:
        found |= set(json.loads(row[1000])) if row[1000] else set()
    assert len(rows) == 40
    assert len(found) == 200_000


# -- positions and verdicts ------------------------------------------------------------------------------


@pytest.fixture
def detailed(rt: Runtime, alice: Actor) -> str:
    """A search of 3 people: the first with two jobs and two verdicts, the second with one long ago, the third bare."""
    search = screening.add_search(rt, alice, 3)
    rubric = screening.save_rubric(rt, alice, search)
    people = table(rt, "SELECT id, profile_id FROM candidates ORDER BY id")
    table(rt, """INSERT INTO positions (profile_id, title, company, started_on, ended_on, is_current, description)
        VALUES (%(a)s, 'Clerk', 'Mill', '1899-05-01', '1901-01-31', false, 'Sums; "big" ones'),
            (%(a)s, '=Lead', 'Works', '2020-02-01', NULL, true, E'two\nlines'),
            (%(b)s, 'Cook', '', NULL, NULL, false, '') RETURNING id""".replace("%(a)s", str(people[0]["profile_id"]))
          .replace("%(b)s", str(people[1]["profile_id"])))  # fmt: skip
    criteria = table(rt, "SELECT id FROM criteria WHERE rubric_id = %s ORDER BY position", rubric.id)
    for one, verdict in zip(criteria, ("pass", "unknown"), strict=False):
        table(rt, "INSERT INTO verdicts (candidate_id, criterion_id, input_hash, model, prompt_version, verdict,"
                  " evidence_field, evidence_quote) VALUES (%s, %s, '', 'm', '1', %s, 'skills', 'Python') RETURNING 1",
              people[0]["id"], one["id"], verdict)  # fmt: skip
    return search


def test_a_row_for_each_position_and_each_verdict(rt: Runtime, detailed: str, export: Export) -> None:
    run = export("csv", "detailed", into=detailed)
    assert run["message"] == "5 rows about 3 people"
    rows = people_of(content(rt, run))
    told = [(row["kind"], row["full_name"], row["title"], row["criterion"], row["verdict"]) for row in rows]
    assert told == [
        ("position", "Ada Example 1", "'=Lead", "", ""),
        ("position", "Ada Example 1", "Clerk", "", ""),
        ("verdict", "Ada Example 1", "", "Python", "pass"),
        ("verdict", "Ada Example 1", "", "Kubernetes", "unknown"),
        ("position", "Ada Example 2", "Cook", "", ""),
    ]
    assert (rows[1]["started_on"], rows[1]["ended_on"], rows[1]["is_current"]) == ("1899-05-01", "1901-01-31", "no")


def test_a_workbook_has_a_sheet_for_positions_and_one_for_verdicts(rt: Runtime, detailed: str, export: Export) -> None:
    run = export("xlsx", "detailed", into=detailed)
    assert run["message"] == "5 rows about 3 people"
    assert run["done"] == run["total"] == 6
    book = workbook(content(rt, run))
    assert book.sheetnames == ["Positions", "Verdicts"]
    positions = list(sheet_rows(book["Positions"]))
    assert [(row["title"], row["started_on"]) for row in positions] == [
        ("=Lead", "2020-02-01"), ("Clerk", "1899-05-01"), ("Cook", None)]  # fmt: skip
    assert [row["evidence_quote"] for row in sheet_rows(book["Verdicts"])] == ["Python", "Python"]


def test_dates_are_dates_in_parquet(rt: Runtime, detailed: str, export: Export) -> None:
    rows = pq.read_table(io.BytesIO(content(rt, export("parquet", "detailed", into=detailed)))).to_pylist()
    assert [row["started_on"] and row["started_on"].isoformat() for row in rows if row["kind"] == "position"] == [
        "2020-02-01", "1899-05-01", None]  # fmt: skip
    assert [row["is_current"] for row in rows][:3] == [True, False, None]


def test_verdicts_stand_beside_each_person(rt: Runtime, detailed: str, export: Export) -> None:
    rows = people_of(content(rt, export("csv", into=detailed)))
    assert [row["verdicts"] for row in rows] == ["Python: pass; Kubernetes: unknown", "", ""]


# -- why someone is out --------------------------------------------------------------------------------


def test_a_file_says_what_left_someone_out_and_who(
    rt: Runtime, alice: Actor, bob: Actor, search: str, export: Export
) -> None:
    for name in ("Ada", "Bea", "Cy", "Di"):
        add(rt, alice, search, full_name=name, company="" if name == "Di" else "Acme")
    ids = [row["id"] for row in table(rt, "SELECT id FROM candidates ORDER BY id")]
    list_id = lists.create(rt, bob, "blacklisted_companies", "Clients")
    lists.replace(rt, bob, list_id, [Entry(7, "ACME Ltd", "ACME Ltd")])
    candidates.change(rt, alice, UUID(search), ids[:1], candidates.action_of("exclude", ""))
    apply(rt, bob, UUID(search), [{"kind": "list", "params": {"list_id": list_id}}])
    candidates.change(rt, alice, UUID(search), ids[2:3], candidates.action_of("restore", ""))
    columns = ["full_name", "exclusion_reason", "exclusion_entry", "excluded_by", "excluded_at"]
    found = {row["full_name"]: row for row in people_of(content(rt, export("csv", columns=columns)))}
    assert (found["Ada"]["exclusion_reason"], found["Ada"]["excluded_by"]) == ("By hand", "Alice Owner")
    assert "Clients" in found["Bea"]["exclusion_reason"]
    assert found["Bea"]["exclusion_entry"] == "ACME Ltd, Clients, row 7, version 1"
    assert found["Bea"]["excluded_by"] == "Bob Teammate" and found["Bea"]["excluded_at"]
    assert {*found["Cy"].values()} == {"Cy", ""} and {*found["Di"].values()} == {"Di", ""}


# -- ends --------------------------------------------------------------------------------------------------


def test_a_workbook_that_is_cancelled_leaves_nothing(
    rt: Runtime, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ends a run must come through the writer as what it is."""
    fill(rt, search, 30)
    monkeypatch.setattr(export_targets, "BATCH_ROWS", 10)
    monkeypatch.setattr("services.runs.run_handle.WRITE_EVERY_S", 0.0)
    run_id = start_export(rt, alice, View.of(search, status="all"), None, {"all": True}, "xlsx")
    read = result_sets.IdList.slice

    def slice_and_cancel(self: Any, start: int, end: int) -> Any:
        if start == 10:
            runs.cancel_run(rt, alice, run_id)
        return read(self, start, end)

    monkeypatch.setattr("services.grid.id_lists.IdList.slice", slice_and_cancel)
    work(rt, run_id)
    assert runs.get_run(rt, alice, run_id)["state"] == "cancelled"
    assert stored_files(rt) == []


def test_rights_that_end_while_a_workbook_is_written(
    rt: Runtime, alice: Actor, bob: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(rt, search, 30)
    monkeypatch.setattr(export_targets, "BATCH_ROWS", 10)
    run_id = start_export(rt, bob, View.of(search, status="all"), None, {"all": True}, "xlsx")
    read = result_sets.IdList.slice

    def slice_and_close(self: Any, start: int, end: int) -> Any:
        if start == 10:
            searches.set_visibility(rt, alice, search, "private")
        return read(self, start, end)

    monkeypatch.setattr("services.grid.id_lists.IdList.slice", slice_and_close)
    work(rt, run_id)
    assert table(rt, "SELECT state, message FROM runs") == [{"state": "failed", "message": searches.NOT_YOURS}]
    assert stored_files(rt) == []


def test_a_disk_without_room_for_a_workbook(
    rt: Runtime, search: str, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"Excel write error: No space left on device (os error {errno.ENOSPC})")

    monkeypatch.setattr("rustpy_xlsxwriter.write_worksheets", full)
    run = export("xlsx")
    # The disk may have room again: the run waits for another try.
    assert run["state"] == "queued"
    assert stored_files(rt) == []


def test_an_unknown_variant_starts_nothing(rt: Runtime, alice: Actor, search: str) -> None:
    for variant in ("everything", "", None, 7):
        with pytest.raises(BadInput):
            start_export(rt, alice, View.of(search), None, {"all": True}, variant=variant)
    assert table(rt, "SELECT id FROM runs") == []
