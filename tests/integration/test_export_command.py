"""`sourcingx rows` and `sourcingx export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.access import identity
from services.errors import LimitReached
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.integration.test_export import fill, people_of, stored_files
from tests.integration.test_import import table

__all__ = ["sourcingx"]


@pytest.fixture
def search(rt: Runtime) -> str:
    """A search of 250 people."""
    admin = identity.create_user(rt, "ada@example.com", "Ada Admin", "admin")
    search_id = str(searches.create_search(rt, admin, "Leads").id)
    fill(rt, search_id, 250)
    return search_id


def test_rows_of_a_view(sourcingx: CommandLine, search: str) -> None:
    shown = sourcingx.json(
        "rows", "Leads", "--status", "all", "--sort", "full_name.asc", "--start", "90", "--end", "230"
    )
    assert (shown["row_count"], len(shown["rows"])) == (250, 140)
    whole = sourcingx.json("rows", search, "--status", "all", "--sort", "full_name.asc", "--end", "500")
    assert whole["rows"][90:230] == shown["rows"]
    first = sourcingx.json("rows", search)
    assert len(first["rows"]) == 100


def test_rows_that_match(sourcingx: CommandLine, search: str) -> None:
    given = json.dumps({"stage_in": {"values": ["hired"]}})
    shown = sourcingx.json("rows", "Leads", "--filter", given, "-q", "engineer")
    assert {row["stage"] for row in shown["rows"]} == {"hired"}
    assert shown["row_count"] == len(shown["rows"]) > 0


def test_rows_as_text(sourcingx: CommandLine, search: str) -> None:
    code, out, err = sourcingx("rows", "Leads", "--status", "all", "--end", "2")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split()[:3] == ["id", "full_name", "title"]
    assert out.splitlines()[-1] == "2 of 250"


def test_a_file_is_written(rt: Runtime, sourcingx: CommandLine, search: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("old")
    done = sourcingx.json("export", "Leads", "--status", "all", "--format", "csv", "-o", str(path))
    assert (done["rows"], done["bytes"], done["file"]) == (250, path.stat().st_size, str(path))
    assert len(people_of(path.read_bytes())) == 250
    # Nothing is left in the product's storage, nor beside the file.
    assert stored_files(rt) == []
    assert [file.name for file in tmp_path.glob("*people*")] == ["people.csv"]
    assert table(rt, "SELECT kind, state FROM runs") == [{"kind": "export", "state": "done"}]


def test_columns_and_lines_of_json(sourcingx: CommandLine, search: str, tmp_path: Path) -> None:
    path = tmp_path / "people.ndjson"
    sourcingx.json("export", search, "--format", "ndjson", "--columns", "full_name, stage", "-o", str(path))
    assert all(set(json.loads(line)) == {"full_name", "stage"} for line in path.read_text().splitlines())


@pytest.mark.parametrize(("fmt", "start"), [("xlsx", b"PK\x03\x04"), ("parquet", b"PAR1"), ("ndjson", b"{")])
def test_other_kinds_of_files(sourcingx: CommandLine, search: str, tmp_path: Path, fmt: str, start: bytes) -> None:
    path = tmp_path / f"people.{fmt}"
    done = sourcingx.json("export", "Leads", "--status", "all", "--format", fmt, "-o", str(path))
    assert done["rows"] == 250
    assert path.read_bytes().startswith(start)


def test_a_variant(rt: Runtime, sourcingx: CommandLine, search: str, tmp_path: Path) -> None:
    table(rt, "INSERT INTO positions (profile_id, title) SELECT id, 'Clerk' FROM profiles LIMIT 3 RETURNING id")
    path = tmp_path / "people.csv"
    done = sourcingx.json("export", "Leads", "--status", "all", "--variant", "detailed", "-o", str(path))
    assert done["rows"] == 3
    assert [row["title"] for row in people_of(path.read_bytes())] == ["Clerk"] * 3


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["rows", "Nobody"], "There is no search with this title."),
        (["rows", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"], "does not exist"),
        (["rows", "Leads", "--filter", "{"], "--filter is not JSON."),
        (["rows", "Leads", "--filter", '{"salary": {}}'], "There is no filter of that name"),
        (["rows", "Leads", "--sort", "salary.desc"], "sort"),
        (["rows", "Leads", "--sort", "score.sideways"], "sort"),
        (["rows", "Leads", "--start", "9", "--end", "9"], "--end comes after --start"),
        (["rows", "Leads", "--start", "-1"], "--end comes after --start"),
        (["rows", "Leads", "--end", "10001"], "At most 10,000 rows"),
        (["rows", "Leads", "--user", "nobody@example.com"], "no active user"),
        (["export", "Leads"], "-o"),
        (["export", "Leads", "--format", "pdf", "-o", "FILE"], "invalid choice: 'pdf'"),
        (["export", "Leads", "--variant", "all", "-o", "FILE"], "invalid choice: 'all'"),
        (["export", "Leads", "--columns", "salary", "-o", "FILE"], "no column 'salary'"),
        (["export", "Nobody", "-o", "FILE"], "There is no search with this title."),
        (["export", "Leads", "-o", "FOLDER/missing/people.csv"], "cannot be written (No such file or directory)"),
        (["export", "Leads", "-o", "FOLDER"], "cannot be written (it is a folder)"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(
    rt: Runtime, sourcingx: CommandLine, search: str, tmp_path: Path, argv: list[str], line: str
) -> None:
    target = tmp_path / "people.csv"
    given = [part.replace("FOLDER", str(tmp_path)).replace("FILE", str(target)) for part in argv]
    code, out, err = sourcingx(*given)
    assert (code, out) == (2, "")
    assert line in err
    assert err.count("\n") == 1
    assert table(rt, "SELECT id FROM runs") == []
    assert not target.exists()


def test_a_viewer_may_look_but_not_export(rt: Runtime, sourcingx: CommandLine, search: str, tmp_path: Path) -> None:
    identity.create_user(rt, "charlie@example.com", "Charlie", "viewer")
    assert sourcingx.json("rows", "Leads", "--user", "charlie@example.com")["rows"]
    path = tmp_path / "people.csv"
    code, _, err = sourcingx("export", "Leads", "-o", str(path), "--user", "charlie@example.com")
    assert (code, path.exists()) == (2, False)
    assert "Viewers cannot export" in err
    assert table(rt, "SELECT id FROM runs") == []


def test_two_searches_of_one_title_are_not_guessed_between(rt: Runtime, sourcingx: CommandLine, search: str) -> None:
    ada = identity.find_user(rt, "ada@example.com")
    assert ada is not None
    searches.create_search(rt, ada, "Leads")
    code, _, err = sourcingx("rows", "Leads")
    assert code == 2
    assert "Several searches" in err


def test_an_export_that_fails_leaves_the_old_file(
    rt: Runtime, sourcingx: CommandLine, search: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_export(rt: Any, handle: Any) -> None:
        raise LimitReached("The search is full.")

    monkeypatch.setattr("services.exports.export_run.run_export", run_export)
    path = tmp_path / "people.csv"
    path.write_text("old")
    code, _, err = sourcingx("export", "Leads", "-o", str(path))
    assert (code, err) == (1, "sourcingx: The search is full.\n")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.glob("*people*")] == ["people.csv"]
