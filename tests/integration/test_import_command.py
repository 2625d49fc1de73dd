"""`sourcingx import` and `sourcingx runs`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.access import identity
from services.errors import LimitReached
from services.runtime import Runtime
from services.searches import searches
from tests.corpus.parquets import made
from tests.corpus.workbooks import written
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.integration.test_import import PEOPLE, many, profiles, table

__all__ = ["sourcingx"]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


def test_a_file_becomes_a_search(rt: Runtime, sourcingx: CommandLine, people: Path) -> None:
    done = sourcingx.json("import", str(people), "--search", "Leads")
    counts = {"added": 2, "changed": 0, "unchanged": 0, "rejected": 0, "suppressed": 0}
    said = {"state": "done", "rows": 2, "mapping": "headers"}
    assert done == {"run": done["run"], "search": done["search"], **said, **counts}
    again = sourcingx.json("import", str(people), "--search", " Leads ")
    assert (again["search"], again["unchanged"]) == (done["search"], 2)
    assert sourcingx.json("import", str(people), "--search", done["search"])["unchanged"] == 2
    assert table(rt, "SELECT title, profile_count FROM searches") == [{"title": "Leads", "profile_count": 2}]
    assert table(rt, "SELECT id FROM uploads") == []


def test_a_mapping_file_is_used(rt: Runtime, sourcingx: CommandLine, people: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"Full name": "full_name", "Favourite colour": "industry"}))
    done = sourcingx.json("import", str(people), "--search", "Leads", "--map", str(mapping))
    assert done["mapping"] == "given"
    assert [(row["industry"], row["title"]) for row in profiles(rt)] == [("green", ""), ("", "")]


def test_headers_are_mapped_as_they_were_last(
    rt: Runtime, sourcingx: CommandLine, people: Path, tmp_path: Path
) -> None:
    """By whom and wherever: by the command before, or on the page (test_import_page)."""
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"Full name": "full_name", "Favourite colour": "industry"}))
    sourcingx.json("import", str(people), "--search", "Leads", "--map", str(mapping))
    again = sourcingx.json("import", str(people), "--search", "Others")
    assert (again["mapping"], again["added"]) == ("remembered", 2)
    assert {row["title"] for row in profiles(rt)} == {""}


def test_workbooks_parquet_and_several_files_are_one_import(
    rt: Runtime, sourcingx: CommandLine, people: Path, tmp_path: Path
) -> None:
    book, table_file = tmp_path / "people.xlsx", tmp_path / "people.parquet"
    rows = [["Name", "Company"], ["Cleo Park", "Acme"]], [["Name"], ["Dan Ode"], [""], ["Eva Roth"]]
    book.write_bytes(written(("Bern", rows[0]), ("Basel", rows[1]))())
    table_file.write_bytes(made({"name": ["Finn Berg"]})())
    done = sourcingx.json("import", str(people), str(book), str(table_file), "--search", "Leads", "--sheet", "*")
    assert (done["added"], done["rows"]) == (6, 6)
    assert [row["full_name"] for row in profiles(rt)][2:] == ["Cleo Park", "Dan Ode", "Eva Roth", "Finn Berg"]
    again = sourcingx.json("import", str(book), "--search", "Leads", "--sheet", "Basel")
    assert (again["unchanged"], again["added"]) == (2, 0)
    assert sourcingx.json("import", str(book), "--search", "Leads")["unchanged"] == 1
    assert table(rt, "SELECT id FROM uploads") == []


def test_a_sheet_that_is_not_there_is_told(rt: Runtime, sourcingx: CommandLine, tmp_path: Path) -> None:
    book = tmp_path / "people.xlsx"
    book.write_bytes(written(("Bern", [["Name"], ["Ana Lima"]]))())
    code, out, err = sourcingx("import", str(book), "--search", "Leads", "--sheet", "Zug")
    assert (code, out, err) == (2, "", "sourcingx: The workbook has no such sheet.\n")
    assert table(rt, "SELECT id FROM searches") == []


def test_a_file_larger_than_an_upload_may_be(
    sourcingx: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_UPLOAD_MB", "1")
    path = tmp_path / "many.csv"
    path.write_text(many(300) + "".join(f"{'x' * 2000},https://linkedin.com/in/long-{n}\n" for n in range(600)))
    assert sourcingx.json("import", str(path), "--search", "Leads")["added"] == 900


@pytest.mark.parametrize(
    ("content", "mapping", "line"),
    [
        (None, None, "cannot be read (No such file or directory)"),
        (b"", None, "The file is empty."),
        (b"PK\x03\x04", None, "damaged or not complete"),
        (b"Name,Title\n", None, "holds no rows"),
        (b"Colour\ngreen\n", None, "Say which column holds the name"),
        (b'Name\nAna\n"never closed', None, "A quotation mark opened in row 3 is not closed."),
        (b"Name\nAna\n", "{", "is not JSON"),
        (b"Name\nAna\n", '{"Nope": "full_name"}', "does not have"),
    ],
)
def test_what_cannot_be_taken_is_one_line_and_changes_nothing(
    rt: Runtime, sourcingx: CommandLine, tmp_path: Path, content: bytes | None, mapping: str | None, line: str
) -> None:
    path, map_path = tmp_path / "people.csv", tmp_path / "map.json"
    if content is not None:
        path.write_bytes(content)
    map_path.write_text(mapping or "")
    argv = ["import", str(path), "--search", "Leads", *(["--map", str(map_path)] if mapping else [])]
    code, out, err = sourcingx(*argv)
    assert (code, out) == (2, "")
    assert line in err
    assert err.count("\n") == 1
    assert table(rt, "SELECT id FROM searches") == table(rt, "SELECT id FROM runs") == []


def test_two_searches_of_one_title_are_not_guessed_between(rt: Runtime, sourcingx: CommandLine, people: Path) -> None:
    alice = identity.create_user(rt, "alice@example.com", "Alice", "recruiter")
    for _ in range(2):
        searches.create_search(rt, alice, "Leads")
    code, _, err = sourcingx("import", str(people), "--search", "Leads", "--user", "alice@example.com")
    assert code == 2
    assert "Several searches" in err


def test_an_import_that_fails_is_exit_1_with_the_reason(
    sourcingx: CommandLine, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_import(rt: object, handle: object) -> None:
        raise LimitReached("The search is full.")

    monkeypatch.setattr("services.imports.import_run.run_import", run_import)
    code, _, err = sourcingx("import", str(people), "--search", "Leads")
    assert (code, err) == (1, "sourcingx: The search is full.\n")


def test_an_interrupted_import_is_cancelled(
    rt: Runtime, sourcingx: CommandLine, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_import(rt: object, handle: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("services.imports.import_run.run_import", run_import)
    code, _, _ = sourcingx("import", str(people), "--search", "Leads")
    assert code == 130
    assert table(rt, "SELECT state FROM runs") == [{"state": "cancelled"}]


def test_runs_are_listed(sourcingx: CommandLine, people: Path) -> None:
    sourcingx.json("import", str(people), "--search", "Leads")
    # An import has its people compared with those who are known.
    listed = [run for run in sourcingx.json("runs") if run["kind"] != "find_duplicates"]
    assert [(run["kind"], run["state"], run["done"], run["search_title"]) for run in listed] == [
        ("import", "done", 2, "Leads")
    ]
    code, out, _ = sourcingx("runs", "--limit", "2")
    assert code == 0
    assert "Leads" in out


def test_an_unknown_user_is_refused(sourcingx: CommandLine, people: Path) -> None:
    code, _, err = sourcingx("import", str(people), "--search", "Leads", "--user", "nobody@example.com")
    assert code == 2
    assert "no active user" in err
