"""`sourcingx import-legacy`: moving in from the SourcingX of before."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql as pgsql

import sql
from services.access import identity
from services.config import child_environ
from services.errors import Unavailable
from services.imports import imports
from services.moving_in import legacy_database, legacy_import, legacy_people
from services.privacy import erasures
from services.runtime import Runtime
from services.searches import search_deletion
from services.servers.servers import Servers
from tests import legacy
from tests.archives import archive
from tests.change_runs import change, rows
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.waiting import until_gone

__all__ = ["sourcingx"]

ROOT = Path(__file__).parents[2]
Old = tuple[str, psycopg.Connection[Any]]
REST = "Everybody from the old SourcingX"
HELD = ("searches", "profiles", "candidates", "notes", "runs", "uploads", "legacy_items", "import_rejects", "audit_log")
KILLED = """
import os, signal, sys
from services.commands import cli
from services.imports import import_batch, import_run
import_batch.MOST_ROWS = 40
write, batches = import_run._Import._write, []
def dying(self, conn, batch):
    if len(batches) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    batches.append(1)
    return write(self, conn, batch)
import_run._Import._write = dying
sys.exit(cli.main(["import-legacy", "--yes"]))
"""


@pytest.fixture
def old(servers: Servers) -> Iterator[Old]:
    """Two who were screened for a job, one of them contacted, and one who was not."""
    with legacy.old_database(servers, legacy.PROFILES, legacy.SCREENINGS, legacy.HISTORY) as (url, conn):
        ana = legacy.add_person(conn, "ana", "Ana Lima", email="ana@example.com", status="contacted",
                                original_urls=["https://www.linkedin.com/in/ana-lima-1"])  # fmt: skip
        ben = legacy.add_person(conn, "ben", "Ben Okoro")
        legacy.add_person(conn, "cleo", "Cleo Park", words="'cleo':1")
        legacy.add_screening(conn, ana, 8, "Strong Fit")
        legacy.add_screening(conn, ben, 0, None)
        legacy.add_screening(conn, "https://www.linkedin.com/in/gone", 5, "Good Fit")
        conn.execute(
            "INSERT INTO search_history (agent_id, csv_name, launched_at, search_name) "
            "VALUES ('1', 'go', '2026-01-02 08:30', 'Go')"
        )
        yield url, conn


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "search_history.json"
    entries: list[Any] = [
        {"agent_id": "1", "csv_name": "go", "launched_at": "2026-01-02 10:30", "profiles_requested": 2500,
         "search_url": "https://www.linkedin.com/search/results/people", "search_name": "Go in Haifa"},
        {"agent_id": "2", "csv_name": "rust", "launched_at": "2026-02-03 09:00", "search_name": None},
        "broken",
    ]  # fmt: skip
    path.write_text(json.dumps(entries))
    return path


def held(rt: Runtime) -> dict[str, int]:
    return {name: rows(rt, f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in HELD}


def items(report: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {item["title"]: {name: n for name, n in item["counts"].items() if n} for item in report["items"]}


def place(rt: Runtime, name: str) -> dict[str, Any]:
    return rows(
        rt,
        """SELECT s.title, c.score::float8, c.fit, c.stage, c.filter_status, c.screened_at, c.note_count, p.source,
            p.collected_at::date::text AS collected, p.headline, p.average_tenure_months
        FROM candidates c JOIN profiles p ON p.id = c.profile_id JOIN searches s ON s.id = c.search_id
        WHERE p.full_name = %s""",
        name,
    )[0]


def test_first_it_is_only_counted(rt: Runtime, sourcingx: CommandLine, old: Old, history: Path) -> None:
    identity.create_user(rt, "admin@example.com", "Ada Admin", "admin")
    before = held(rt)
    report = sourcingx.json("import-legacy", "--from", old[0], "--history", str(history))
    assert held(rt) == before
    assert list((rt.settings.home / "storage").glob("*")) == []
    assert (report["done"], report["launches"], report["added"], report["known"]) == (False, 4, 2, 0)
    assert report["rejected"] == {"not an object": 1}
    assert items(report) == {"Screened for Go engineer": {"added": 2}, REST: {"added": 1}}
    assert (report["items"][0]["missing"], report["items"][0]["failures"]) == (1, 1)
    code, out, _ = sourcingx("import-legacy", "--from", old[0])
    assert (code, out.splitlines()[-1]) == (0, "Nothing was changed. --yes does it.")
    assert "1 screenings of people who are not in the table of people" in out


def test_then_it_is_done(rt: Runtime, sourcingx: CommandLine, old: Old, history: Path) -> None:
    report = sourcingx.json("import-legacy", "--from", old[0], "--history", str(history), "--yes")
    assert (report["done"], report["added"], report["rejected"]) == (True, 2, {"not an object": 1})
    assert items(report) == {"Screened for Go engineer": {"added": 2}, REST: {"added": 1}}
    made = rows(rt, "SELECT title, source, source_ref, source_url, profile_count, visibility, created_at::date::text "
                "AS at FROM searches ORDER BY title")  # fmt: skip
    assert [(row["title"], row["source"], row["profile_count"], row["visibility"]) for row in made] == [
        (REST, "rest", 1, "team"), ("Go in Haifa", "history", 0, "team"),
        ("Screened for Go engineer", "job", 2, "team"), ("rust", "history", 0, "team")]  # fmt: skip
    assert (made[1]["at"], made[1]["source_ref"], made[1]["source_url"]) == (
        "2026-01-02", "go", "https://www.linkedin.com/search/results/people")  # fmt: skip

    ana = place(rt, "Ana Lima")
    assert (ana["score"], ana["fit"], ana["stage"], ana["note_count"]) == (8.0, "strong", "contacted", 1)
    assert (ana["collected"], ana["source"], ana["headline"]) == ("2025-11-01", "SourcingX (old)", "Ana Lima at work")
    assert ana["average_tenure_months"] is not None
    (note,) = rows(rt, "SELECT body FROM notes")
    assert note["body"].startswith("Screened in the old SourcingX for “Go engineer”: Strong Fit, 8 of 10.\n\nKnows Go.")
    ben = place(rt, "Ben Okoro")  # a failure that had been written down as 0 is no score
    assert (ben["score"], ben["fit"], ben["screened_at"], ben["note_count"]) == (None, None, None, 0)
    assert {row["url_key"] for row in rows(rt, "SELECT url_key FROM profile_urls WHERE url_key LIKE '%%ana%%'")} == {
        "linkedin.com/in/ana", "linkedin.com/in/ana-lima-1"}  # fmt: skip
    assert rows(rt, "SELECT raw -> 'raw_data' ->> 'num_of_connections' AS n FROM profile_raw LIMIT 1") == [{"n": "500"}]
    assert rows(rt, "SELECT id FROM uploads") == []
    assert rows(rt, "SELECT params::text AS told FROM runs WHERE params::text LIKE '%%example.com%%'") == []


def test_a_second_go_adds_nothing(rt: Runtime, sourcingx: CommandLine, old: Old, history: Path) -> None:
    sourcingx.json("import-legacy", "--from", old[0], "--history", str(history), "--yes")
    change(rt, "UPDATE candidates SET stage = 'hired', stage_changed_at = now() WHERE stage = 'contacted'")
    before = held(rt) | {"runs": 0, "audit_log": 0}
    counted = sourcingx.json("import-legacy", "--from", old[0], "--history", str(history))
    report = sourcingx.json("import-legacy", "--from", old[0], "--history", str(history), "--yes")
    assert held(rt) | {"runs": 0, "audit_log": 0} == before
    assert items(report) == items(counted) == {"Screened for Go engineer": {"unchanged": 2}, REST: {"unchanged": 1}}
    assert (report["added"], report["known"]) == (0, 2)
    assert place(rt, "Ana Lima")["stage"] == "hired"  # what people decided since stays
    # Who came there meanwhile comes along.
    legacy.add_person(old[1], "dan", "Dan Ode")
    assert items(sourcingx.json("import-legacy", "--from", old[0], "--yes"))[REST] == {"added": 1, "unchanged": 1}


def test_a_long_history_is_taken_in_parts_and_goes_on_after_a_stop(
    rt: Runtime, sourcingx: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "search_history.json"
    path.write_text(json.dumps([
        {"agent_id": "1", "csv_name": f"leads-{n}", "launched_at": f"2026-01-{n:02} 08:00"} for n in range(1, 8)
    ]))  # fmt: skip
    monkeypatch.setattr(legacy_import, "AT_ONCE", 3)
    real, parts = legacy_import._take_launches, []

    def stops(*given: Any) -> Any:
        if parts:
            raise Unavailable("The database does not answer.")
        parts.append(1)
        return real(*given)

    monkeypatch.setattr(legacy_import, "_take_launches", stops)
    assert sourcingx("import-legacy", "--history", str(path), "--yes")[0] == 1
    assert held(rt)["searches"] == held(rt)["legacy_items"] == 3
    monkeypatch.setattr(legacy_import, "_take_launches", real)
    (gone,) = rows(rt, "UPDATE searches SET deleted_at = now() WHERE title = 'leads-2' RETURNING id")
    for argv in ([], ["--yes"]):
        report = sourcingx.json("import-legacy", "--history", str(path), *argv)
        assert (report["launches"], report["added"], report["known"], report["deleted"]) == (7, 4, 2, 1)
    made = rows(rt, "SELECT title, source, created_at::date::text AS day, source_ref FROM searches ORDER BY created_at")
    assert [row["title"] for row in made] == [f"leads-{n}" for n in range(1, 8)]
    assert made[6] == {"title": "leads-7", "source": "history", "day": "2026-01-07", "source_ref": "leads-7"}
    told = rows(rt, "SELECT subject, detail FROM audit_log WHERE action = 'search.create'")
    assert len(told) == 7 and {row["detail"]["visibility"] for row in told} == {"team"}
    assert str(gone["id"]) in {row["subject"] for row in told}


def test_a_job_of_a_very_long_name_is_one_like_others(rt: Runtime, sourcingx: CommandLine, old: Old) -> None:
    for end, slug in (("a", "dan"), ("b", "eve")):
        url = legacy.add_person(old[1], slug, f"{slug.title()} Ode")
        legacy.add_screening(old[1], url, 7, "Good Fit", source_project="p" * 600 + end, jd_title=f"Long {end}")
    first = items(sourcingx.json("import-legacy", "--from", old[0], "--yes"))
    assert first["Screened for Long a"] == first["Screened for Long b"] == {"added": 1}
    again = items(sourcingx.json("import-legacy", "--from", old[0], "--yes"))
    assert again["Screened for Long a"] == again["Screened for Long b"] == {"unchanged": 1}
    kept = rows(rt, "SELECT legacy_key FROM legacy_items WHERE length(legacy_key) > 400")
    assert len({row["legacy_key"] for row in kept}) == 2


def test_each_search_is_read_once_and_by_an_index_where_there_is_one(
    rt: Runtime, sourcingx: CommandLine, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of thousands of searches each page read the whole table, twice."""
    read: list[str] = []
    real = legacy_database.LegacyDatabase.people

    def reading(self: legacy_database.LegacyDatabase, item: legacy_database.Item) -> Any:
        read.append(item.kind)
        return real(self, item)

    monkeypatch.setattr(legacy_database.LegacyDatabase, "people", reading)
    with legacy.old_database(servers, legacy.PROFILES, legacy.SEARCHES) as (url, conn):
        conn.execute("CREATE INDEX ON profiles (search_id)")
        for title in ("one.csv", "two.csv"):
            row = conn.execute(
                "INSERT INTO searches (user_id, source_ref) VALUES ('u', %s) RETURNING id", [title]
            ).fetchone()
            assert row is not None
            for n in range(legacy_database.PAGE + 5):
                legacy.add_person(conn, f"{title[:3]}-{n}", f"Person {n}", raw={}, search_id=row[0])
        legacy.add_person(conn, "cleo", "Cleo Park")
        report = sourcingx.json("import-legacy", "--from", url, "--yes")
        assert items(report) == {"one.csv": {"added": 55}, "two.csv": {"added": 55}, REST: {"added": 1}}
        assert read == ["search", "search", "rest"]
        with legacy_database.opened(url) as source:
            source.conn.execute("SET LOCAL enable_seqscan = off")
            given = {"key": str(row[0]), "heavy": []}
            query = pgsql.SQL("EXPLAIN ") + source._composed("read_search")
            plan = str(source.conn.execute(query, given).fetchall())
    assert "profiles_search_id_idx" in plan, plan


@pytest.mark.parametrize("kind", ["text", "integer"])
def test_searches_are_found_by_ids_of_another_type(sourcingx: CommandLine, servers: Servers, kind: str) -> None:
    searches = f"CREATE TABLE searches (id integer PRIMARY KEY, title text); ALTER TABLE profiles ADD search_id {kind}"
    with legacy.old_database(servers, legacy.PROFILES, searches) as (url, conn):
        conn.execute("INSERT INTO searches VALUES (7, 'Seven')")
        legacy.add_person(conn, "ana", "Ana Lima", search_id="7")
        assert items(sourcingx.json("import-legacy", "--from", url)) == {"Seven": {"added": 1}}


def test_counting_holds_no_transaction_open_while_it_reads(
    rt: Runtime, sourcingx: CommandLine, old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends one that is idle for half a minute; to read everybody of a large search takes longer."""
    real, idle = legacy_people.Spooled.lines, []

    def reading(*given: Any) -> Iterator[bytes]:
        for line in real(*given):
            idle.extend(rows(rt, "SELECT query FROM pg_stat_activity WHERE datname = current_database() "
                                 "AND state LIKE 'idle in transaction%%' AND pid <> pg_backend_pid()"))  # fmt: skip
            yield line

    monkeypatch.setattr(legacy_people.Spooled, "lines", reading)
    counted = sourcingx.json("import-legacy", "--from", old[0])
    assert items(counted) == {"Screened for Go engineer": {"added": 2}, REST: {"added": 1}}
    assert idle == []
    with legacy_database.opened(old[0]) as source:
        shown = source.conn.execute("SHOW idle_in_transaction_session_timeout").fetchone()
    assert shown == {"idle_in_transaction_session_timeout": "0"}


def test_a_note_that_was_deleted_here_does_not_come_back(rt: Runtime, sourcingx: CommandLine, old: Old) -> None:
    sourcingx.json("import-legacy", "--from", old[0], "--yes")
    change(rt, "WITH gone AS (DELETE FROM notes) UPDATE candidates SET note_count = 0")
    # Who was screened there since has a note of that.
    dan = legacy.add_person(old[1], "dan", "Dan Ode")
    legacy.add_screening(old[1], dan, 7, "Good Fit")
    sourcingx.json("import-legacy", "--from", old[0], "--yes")
    assert (place(rt, "Ana Lima")["note_count"], place(rt, "Dan Ode")["note_count"]) == (0, 1)
    assert len(rows(rt, "SELECT id FROM notes")) == 1


def test_searches_and_what_was_filtered_out(rt: Runtime, sourcingx: CommandLine, servers: Servers) -> None:
    tables = (legacy.PROFILES, legacy.SCREENED_PROFILES, legacy.SEARCHES)
    with legacy.old_database(servers, *tables) as (url, conn):
        row = conn.execute(
            "INSERT INTO searches (user_id, source, source_ref, created_at) VALUES ('u', 'csv_upload', 'leads.csv', "
            "'2026-03-04 05:06') RETURNING id"
        ).fetchone()
        assert row is not None
        legacy.add_person(conn, "ana", "Ana Lima", search_id=row[0], filter_status="filtered_blacklist")
        legacy.add_person(conn, "ben", "Ben Okoro", search_id=row[0], screening_score=6, screening_fit_level="Good Fit",
                          screening_summary="Fine.", screened_at="2026-01-01")  # fmt: skip
        legacy.add_person(conn, "cleo", "Cleo Park")
        sourcingx.json("import-legacy", "--from", url, "--yes", "--visibility", "private")
    ana, ben = place(rt, "Ana Lima"), place(rt, "Ben Okoro")
    assert (ana["title"], ana["filter_status"]) == ("leads.csv", "filtered_blacklist")
    assert rows(rt, "SELECT filter_status, rule_id FROM exclusions") == [
        {"filter_status": "filtered_blacklist", "rule_id": None}
    ]
    assert (ben["score"], ben["fit"], ben["filter_status"]) == (6.0, "possible", "active")
    assert place(rt, "Cleo Park")["title"] == REST
    assert {row["visibility"] for row in rows(rt, "SELECT visibility FROM searches")} == {"private"}


def test_people_come_by_the_same_door_as_any_import(rt: Runtime, sourcingx: CommandLine, old: Old) -> None:
    """Who was erased stays away, who is known is known, who names nobody is told with the reason."""
    admin = identity.create_user(rt, "admin@example.com", "Ada Admin", "admin")
    sourcingx.json("import-legacy", "--from", old[0], "--yes")
    erasures.erase_by_address(rt, admin, "ana@example.com", "erase")
    counted = sourcingx.json("import-legacy", "--from", old[0])
    done = sourcingx.json("import-legacy", "--from", old[0], "--yes")
    expected = {"Screened for Go engineer": {"unchanged": 1, "suppressed": 1}, REST: {"unchanged": 1}}
    assert items(counted) == items(done) == expected
    assert rows(rt, "SELECT id FROM profiles WHERE full_name = 'Ana Lima'") == []
    assert rows(rt, "SELECT id FROM notes") == []

    old[1].execute("INSERT INTO profiles (linkedin_url) VALUES ('https://example.com/company'), (NULL)")
    counted = sourcingx.json("import-legacy", "--from", old[0])
    assert (items(counted)[REST], counted["nameless"]) == ({"unchanged": 1, "rejected": 1}, 1)
    assert [n for n in counted["items"][1]["reasons"].values()] == [1]
    code, out, _ = sourcingx("import-legacy", "--from", old[0], "--yes")
    assert code == 0 and "1 rejected" in out and "who cannot be told apart: 1" in out


def test_after_a_kill_it_goes_on(rt: Runtime, sourcingx: CommandLine, servers: Servers) -> None:
    identity.create_user(rt, "admin@example.com", "Ada Admin", "admin")
    with legacy.old_database(servers, legacy.PROFILES) as (url, conn):
        for n in range(130):
            legacy.add_person(conn, f"p-{n}", f"Person {n}", raw={})
        environ = child_environ(rt.settings) | {
            "PYTHONPATH": str(ROOT), "PGAPPNAME": "killed move", "LEGACY_DATABASE_URL": url}  # fmt: skip
        killed = subprocess.run([sys.executable, "-c", KILLED], env=environ, cwd=ROOT, capture_output=True, check=False)
        assert killed.returncode == -9, killed.stderr
        until_gone(rt.settings.database_url, "killed move")
        assert rows(rt, "SELECT state, done FROM runs") == [{"state": "running", "done": 80}]
        assert held(rt)["candidates"] == 80
        change(rt, "UPDATE runs SET heartbeat_at = now() - interval '1 hour'")
        report = sourcingx.json("import-legacy", "--from", url, "--yes")
    assert items(report) == {REST: {"unchanged": 130}}
    assert rows(rt, "SELECT state, done FROM runs WHERE kind = 'import'") == [{"state": "done", "done": 130}] * 2
    assert (held(rt)["candidates"], held(rt)["searches"], held(rt)["uploads"]) == (130, 1, 0)
    assert rows(rt, "SELECT finished_at IS NOT NULL AS done FROM legacy_items") == [{"done": True}]


def test_what_was_deleted_or_archived_here_is_left_alone(rt: Runtime, sourcingx: CommandLine, old: Old) -> None:
    admin = identity.create_user(rt, "admin@example.com", "Ada Admin", "admin")
    sourcingx.json("import-legacy", "--from", old[0], "--yes")
    ids = {row["title"]: row["id"] for row in rows(rt, "SELECT id, title FROM searches")}
    search_deletion.delete_search(rt, admin, ids["Screened for Go engineer"])
    search_deletion.delete_search(rt, admin, ids["Go"])
    archive(rt, admin, ids[REST])
    for argv in (["--yes"], []):
        report = sourcingx.json("import-legacy", "--from", old[0], *argv)
        assert [item["problem"][:15] for item in report["items"]] == ["its search was ", "its search is a"]
        assert (report["deleted"], report["added"]) == (1, 0)
    assert len(rows(rt, "SELECT id FROM searches")) == 3


def test_an_import_that_fails_leaves_the_others(
    rt: Runtime, sourcingx: CommandLine, old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = legacy_people.ended

    def fails_first(rt: Runtime, run_id: int) -> Any:
        if run_id == rows(rt, "SELECT min(id) AS id FROM runs")[0]["id"]:
            change(rt, "UPDATE runs SET state = 'failed', message = 'The disk is full.' WHERE id = %s", run_id)
        return real(rt, run_id)

    monkeypatch.setattr(legacy_people, "ended", fails_first)
    code, out, _ = sourcingx("import-legacy", "--from", old[0], "--yes")
    assert code == 1
    assert "not moved: The disk is full." in out
    assert f"{REST}: 1 people: 1 added" in out


def test_its_file_is_known_before_it_is_written(
    rt: Runtime, sourcingx: CommandLine, old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a kill would leave people's data that nothing leads to, and no erasure would find."""
    real, known = legacy_people.Spooled.lines, []

    def breaking(*given: Any) -> Iterator[bytes]:
        for line in real(*given):
            # A backup of this moment misses no file: it is none yet.
            known.append(
                [len(rows(rt, query)) for query in ("SELECT id FROM uploads", sql.queries("backup").fetch_files)]
            )
            yield line
            raise Unavailable("The disk is full.")

    monkeypatch.setattr(legacy_people.Spooled, "lines", breaking)
    code, out, _ = sourcingx("import-legacy", "--from", old[0], "--yes")
    assert (code, out.count("not moved: The disk is full."), known) == (1, 2, [[1, 0], [1, 0]])
    assert rows(rt, "SELECT id FROM uploads") == []
    assert [path for path in (rt.settings.home / "storage").rglob("*") if path.is_file()] == []


def test_the_old_database_is_only_read(sourcingx: CommandLine, old: Old) -> None:
    before = old[1].execute("SELECT txid_current_snapshot()::text, count(*) FROM profiles").fetchone()
    sourcingx.json("import-legacy", "--from", old[0], "--yes")
    with legacy_database.opened(old[0]) as source, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        source.conn.execute("DELETE FROM profiles")
    assert before is not None and old[1].execute("SELECT count(*) FROM profiles").fetchone() == before[1:]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://abc.supabase.co", "takes the address of a Postgres database"),
        ("postgresql://user:s3cret@127.0.0.1:1/db", "does not answer at --from"),
        ("postgresql://user:s3cret@[bad", "takes the address of a Postgres database"),
    ],
)
def test_a_wrong_address_is_one_line(rt: Runtime, sourcingx: CommandLine, url: str, said: str) -> None:
    code, out, err = sourcingx("import-legacy", "--from", url)
    assert (code in (1, 2), out, err.count("\n")) == (True, "", 1)
    assert said in err and "s3cret" not in err


def test_a_wrong_database_is_one_line(
    rt: Runtime, sourcingx: CommandLine, servers: Servers, old: Old, tmp_path: Path
) -> None:
    with legacy.old_database(servers) as (url, _):
        assert "no tables of the old SourcingX" in sourcingx("import-legacy", "--from", url)[2]
    assert (
        "There is no database of this name" in sourcingx("import-legacy", "--from", old[0].replace("/old_", "/no_"))[2]
    )
    assert "database of the new SourcingX" in sourcingx("import-legacy", "--from", rt.settings.database_url)[2]
    old[1].execute("CREATE ROLE reader LOGIN")
    try:
        url = old[0].replace("postgres@", "reader@").replace("user=postgres", "user=reader")
        assert "may not read the tables" in sourcingx("import-legacy", "--from", url)[2]
    finally:
        old[1].execute("DROP ROLE reader")
    code, _, err = sourcingx("import-legacy")
    assert code == 2 and "--from" in err and "--history" in err
    code, _, err = sourcingx("import-legacy", "--history", str(tmp_path / "none.json"))
    assert code == 2 and "cannot be read" in err
    assert rows(rt, "SELECT id FROM searches") == []


def test_a_viewer_moves_nothing_in(rt: Runtime, sourcingx: CommandLine, history: Path) -> None:
    identity.create_user(rt, "vic@example.com", "Vic Viewer", "viewer")
    code, _, err = sourcingx("import-legacy", "--history", str(history), "--user", "vic@example.com", "--yes")
    assert code == 2 and "viewer cannot move anything in" in err
    assert rows(rt, "SELECT id FROM searches") == []


def test_the_old_database_may_go_away_in_the_middle(
    rt: Runtime, sourcingx: CommandLine, old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: Any) -> Any:
        old[1].execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                       "AND pid <> pg_backend_pid()")  # fmt: skip
        return real(*_)

    real = imports.read_params
    monkeypatch.setattr(imports, "read_params", cut)
    code, _, err = sourcingx("import-legacy", "--from", old[0], "--yes")
    assert (code, legacy_database.STOPPED in err) == (1, True)
    monkeypatch.setattr(imports, "read_params", real)
    report = sourcingx.json("import-legacy", "--from", old[0], "--yes")
    assert items(report)["Screened for Go engineer"] == {"unchanged": 2}
    assert place(rt, "Ana Lima")["score"] == 8.0
