"""Archiving a search and bringing it back: what leaves, what stays, and that nothing is lost whatever happens."""

from __future__ import annotations

import io
import threading
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import procrastinate
import psycopg
import pyarrow.parquet as pq
import pytest

import sql
from services import storage
from services.access.identity import Actor
from services.archive import archive_files, archive_job, archive_nightly, archive_tables, archives
from services.db import Database
from services.decisions import bulk, candidates, undo
from services.errors import Conflict, Forbidden, NotFound, Unavailable
from services.exports import exports
from services.grid import result_sets
from services.grid.grid_view import View
from services.people import notes
from services.runs import jobs, runs, worker
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import searches
from services.servers.servers import ServerUrls
from tests.archives import archive, digest, dump, full_search, hot, restore, work
from tests.change_runs import Killed, change, claim, rows, run_row, version
from tests.integration.test_jobs import working

CHILDREN = archive_tables.TABLES


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small batches that a few people take many transactions."""
    for module, name, size in (
        (archive_job, "READ_PEOPLE", 9), (archive_job, "READ_RAW", 9), (archive_job, "CLEAR_PEOPLE", 7),
        (archive_files, "GROUP_ROWS", 8), (archive_files, "READ_ROWS", 5),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, size)


def files(rt: Runtime) -> set[str]:
    folder = rt.settings.home / "storage"
    return {path.name for path in folder.rglob("*") if path.is_file()} if folder.exists() else set()


def state_of(rt: Runtime, search_id: uuid.UUID) -> dict[str, Any]:
    return rows(rt, "SELECT * FROM archives WHERE search_id = %s", search_id)[0]


# -- there and back --------------------------------------------------------------------------------


@pytest.mark.parametrize("tier", ["warm", "cold"])
def test_a_search_comes_back_as_it_was(rt: Runtime, alice: Actor, tier: str) -> None:
    search_id = full_search(rt, alice)
    before, shown = dump(rt), version(rt, search_id)
    assert all(before[name] for name in CHILDREN)
    archive(rt, alice, search_id, tier)
    left = hot(rt, search_id)
    assert left.pop("profile_raw") == (60 if tier == "warm" else 0)
    assert set(left.values()) == {0}, left
    restore(rt, alice, search_id)
    after = dump(rt)
    assert {name: after[name] == before[name] for name in before} == dict.fromkeys(before, True)
    # Lists of before the archive are lists of another version.
    assert version(rt, search_id) > shown + 1
    assert archives.find(rt, alice, search_id) is None
    # Nothing of it stays behind.
    assert files(rt) == set()
    assert rows(rt, "SELECT 1 FROM archive_people") == rows(rt, "SELECT 1 FROM archive_leftovers") == []


def test_what_was_done_can_still_be_undone_after_a_restore(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice)
    ids = [row["id"] for row in rows(rt, "SELECT id FROM candidates ORDER BY id LIMIT 3")]
    done = candidates.change(rt, alice, search_id, ids, candidates.action_of("stage", "hired"))
    before = rows(rt, "SELECT id, stage FROM candidates WHERE id = ANY (%s) ORDER BY id", ids)
    archive(rt, alice, search_id)
    restore(rt, alice, search_id)
    assert done.batch_id is not None
    undo.undo(rt, alice, done.batch_id)
    after = rows(rt, "SELECT id, stage FROM candidates WHERE id = ANY (%s) ORDER BY id", ids)
    assert {row["stage"] for row in before} == {"hired"} and "hired" not in {row["stage"] for row in after}


def test_other_searches_do_not_notice(rt: Runtime, alice: Actor, bob: Actor) -> None:
    mine, theirs = full_search(rt, alice, 20), full_search(rt, bob, 20, seed=2)
    with rt.db.connection() as conn:
        first = conn.execute("SELECT profile_id FROM candidates WHERE search_id = %s LIMIT 5", [mine]).fetchall()
        shared = [row["profile_id"] for row in first]
        conn.execute("SELECT add_candidates(%s, %s, %s)", [theirs, shared, bob.user_id])
    query = "SELECT t::text AS line FROM candidates t WHERE search_id = %s ORDER BY 1"
    before = rows(rt, query, theirs)
    archive(rt, alice, mine, "cold")
    assert rows(rt, query, theirs) == before
    # Raw records of people who are also elsewhere stay where they are read.
    kept = {row["profile_id"] for row in rows(rt, "SELECT profile_id FROM profile_raw")}
    assert kept == set(shared) | {r["profile_id"] for r in rows(rt, "SELECT profile_id FROM candidates")}
    restore(rt, alice, mine)
    assert len(rows(rt, "SELECT 1 FROM profile_raw")) == 40


def test_an_empty_search_goes_and_comes(rt: Runtime, alice: Actor) -> None:
    search = searches.create_search(rt, alice, "Empty")
    archive(rt, alice, search.id, "cold")
    assert archives.preview(rt, alice, search.id).rows == []
    restore(rt, alice, search.id)
    assert searches.get_search(rt, alice, search.id).profile_count == 0


def test_everything_that_hangs_on_a_candidate_is_archived(rt: Runtime) -> None:
    """A table that a later version adds would lose its rows otherwise: add it to archive_tables.TABLES."""
    hanging = {row["name"] for row in rows(rt, sql.queries("archive").fetch_dependents)}
    assert hanging - set(archive_tables.TABLES) == archive_tables.LEFT_BEHIND


def test_columns_that_came_later_get_their_defaults(rt: Runtime, alice: Actor, database: ServerUrls) -> None:
    search_id = full_search(rt, alice, 10)
    archive(rt, alice, search_id)
    with psycopg.connect(database.database_owner_url) as conn:
        conn.execute("ALTER TABLE notes ADD COLUMN mood text NOT NULL DEFAULT 'calm'")
        conn.execute("ALTER TABLE overrides DROP COLUMN reason")
    restore(rt, alice, search_id)
    assert {row["mood"] for row in rows(rt, "SELECT mood FROM notes")} == {"calm"}
    assert len(rows(rt, "SELECT 1 FROM overrides")) == 4


@pytest.mark.parametrize("large", ["profile_raw", "notes"])
def test_how_wide_rows_are_is_no_matter_of_memory(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch, large: str
) -> None:
    """Neither where a few people have large records, nor where each of them has many small ones."""
    first = full_search(rt, alice, 5, seed=2)
    archive(rt, alice, first, "cold")
    restore(rt, alice, first)  # What is loaded at the first time, pyarrow above all, is no matter of rows.
    search_id = full_search(rt, alice, 60)
    if large == "profile_raw":
        change(
            rt,
            """UPDATE profile_raw r SET raw = raw || jsonb_build_object('text', r.profile_id || repeat('émigré', 40000))
            FROM candidates c WHERE c.profile_id = r.profile_id AND c.search_id = %s""",
            search_id,
        )
    else:
        change(
            rt,
            """INSERT INTO notes (candidate_id, user_id, body) SELECT c.id, %s, n || repeat('émigré', 800)
            FROM candidates c, generate_series(1, 50) AS n WHERE c.search_id = %s""",
            alice.user_id,
            search_id,
        )
    before, groups = digest(rt), []
    read = pq.ParquetFile.read_row_group

    def reading(self: Any, group: int, **options: Any) -> Any:
        table = read(self, group, **options)
        groups.append((table.num_rows, table.nbytes))
        return table

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", reading)
    tracemalloc.start()
    archive(rt, alice, search_id, "cold")
    restore(rt, alice, search_id)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert digest(rt) == before
    # Everything is read three times; the large rows alone are about 19 MB.
    assert sum(size for _, size in groups) > 50_000_000
    assert max(size for _, size in groups) < 2 * archive_files.GROUP_BYTES
    assert peak < 16_000_000


# -- while it is away -------------------------------------------------------------------------------


def test_nobody_reads_or_changes_hot_rows_of_an_archived_search(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice)
    ids = [row["id"] for row in rows(rt, "SELECT id FROM candidates ORDER BY id LIMIT 3")]
    done = candidates.change(rt, alice, search_id, ids, candidates.action_of("stage", "hired"))
    archive(rt, alice, search_id)
    view = View.of(search_id)
    assert done.batch_id is not None
    for attempt in (
        lambda: searches.get_search(rt, alice, search_id),
        lambda: searches.rename_search(rt, alice, search_id, "New"),
        lambda: result_sets.count(rt, alice, view, None),
        lambda: candidates.change(rt, alice, search_id, ids, candidates.action_of("stage", "new")),
        lambda: bulk.start(rt, alice, view, None, "stage", "new"),
        lambda: notes.add_note(rt, alice, search_id, ids[0], "Hello"),
        lambda: exports.start_export(rt, alice, view, None, {"all": True}),
        lambda: undo.undo(rt, alice, done.batch_id),  # type: ignore[arg-type]
    ):
        with pytest.raises((Forbidden, NotFound)):
            attempt()


def test_whoever_opens_it_is_told_that_it_is_archived(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 5)
    archive(rt, alice, search_id)
    with pytest.raises(Forbidden, match="This search is archived"):
        searches.get_search(rt, alice, search_id)


def test_who_is_erased_meanwhile_does_not_come_back(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 20)
    archive(rt, alice, search_id, "cold")
    gone = archives.preview(rt, alice, search_id).rows[3]["candidate_id"]
    change(rt, "DELETE FROM profiles WHERE id = (SELECT profile_id FROM archive_people WHERE candidate_id = %s)", gone)
    assert gone not in {row["candidate_id"] for row in archives.preview(rt, alice, search_id).rows}
    restore(rt, alice, search_id)
    assert searches.get_search(rt, alice, search_id).profile_count == 19
    for table in CHILDREN[1:]:
        assert rows(rt, f"SELECT 1 FROM {table} WHERE candidate_id = %s", gone) == [], table
    assert len(rows(rt, "SELECT 1 FROM profile_raw")) == 19


def test_who_is_merged_meanwhile_comes_back_as_who_is_left(rt: Runtime, alice: Actor) -> None:
    """What a merge does with the index: it points at the survivor."""
    search_id, other = full_search(rt, alice, 10), full_search(rt, alice, 10, seed=2)
    survivor = rows(rt, "SELECT profile_id FROM candidates WHERE search_id = %s LIMIT 1", other)[0]["profile_id"]
    archive(rt, alice, search_id, "cold")
    first = archives.preview(rt, alice, search_id).rows[0]["candidate_id"]
    change(rt, "UPDATE archive_people SET profile_id = %s WHERE candidate_id = %s", survivor, first)
    restore(rt, alice, search_id)
    assert rows(rt, "SELECT profile_id FROM candidates WHERE id = %s", first) == [{"profile_id": survivor}]


def test_who_changed_meanwhile_is_up_to_date(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 10)
    archive(rt, alice, search_id)
    change(rt, "UPDATE profiles SET company = 'New Company', updated_at = now()")
    restore(rt, alice, search_id)
    assert {row["company_key"] for row in rows(rt, "SELECT company_key FROM candidates")} == {"new company"}


def test_who_is_imported_meanwhile_is_recognised_and_loses_nothing(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 10)
    archive(rt, alice, search_id, "cold")
    known = rows(rt, "SELECT min(profile_id) AS id FROM archive_people")[0]["id"]
    found = rows(rt, "SELECT profile_id FROM profile_urls WHERE url_key = %s", f"linkedin.com/in/p{known}")
    assert found == [{"profile_id": known}]
    change(rt, "INSERT INTO profile_raw (profile_id, source, raw) VALUES (%s, 'csv', '{\"n\": 0, \"new\": 1}')", known)
    restore(rt, alice, search_id)
    raw = rows(rt, "SELECT raw FROM profile_raw WHERE profile_id = %s", known)[0]["raw"]
    assert (raw["n"], raw["new"], raw["text"]) == (0, 1, 'a\nb"c')


# -- on the way ---------------------------------------------------------------------------------------


@contextmanager
def dying(n: int) -> Iterator[None]:
    """The process dies as it begins its n-th transaction."""
    real, seen = Database.connection, 0

    @contextmanager
    def connection(self: Database) -> Iterator[Any]:
        nonlocal seen
        seen += 1
        if seen == n:
            raise Killed
        with real(self) as conn:
            yield conn

    patch = pytest.MonkeyPatch()
    patch.setattr(Database, "connection", connection)
    try:
        yield
    finally:
        patch.undo()


def killed_at(rt: Runtime, run_id: int, n: int) -> bool:
    """Whether a worker that dies at its n-th transaction died before the end; its run waits again then."""
    _, handle = claim(rt, run_id)
    try:
        with dying(n):
            jobs.handler_of(handle.kind)(rt, handle)
    except Killed:
        if run_row(rt, run_id)["state"] == "running":
            change(rt, "UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE id = %s", run_id)
            assert Runner(rt, "another").rescue() == [run_id]
        return True
    return False


def is_whole(rt: Runtime, actor: Actor, search_id: uuid.UUID, before: dict[str, list[str]]) -> str:
    """Either the search is hot and all of it is there, or it is archived and all of it is shown; never both."""
    found = archives.find(rt, actor, search_id)
    shown = [s.id for s in searches.list_searches(rt, actor)]
    away = [s.id for s in searches.list_searches(rt, actor, archived=True)]
    if found is None or not found.archived:
        assert (shown, away) == ([search_id], [])
        assert dump(rt, CHILDREN) == {name: before[name] for name in CHILDREN}
        return "hot"
    assert (shown, away) == ([], [search_id])
    assert len(archives.preview(rt, actor, search_id).rows) == len(before["candidates"])
    assert {file["key"] for file in state_of(rt, search_id)["files"]} <= files(rt)
    return "archived"


@pytest.mark.parametrize("tier", ["warm", "cold"])
def test_killed_anywhere_it_is_hot_or_archived_and_the_next_try_ends_it(
    rt: Runtime, alice: Actor, small: None, tier: str
) -> None:
    search_id = full_search(rt, alice, 26)
    before, met = dump(rt), set()
    n, alive = 1, False
    while not alive:
        run_id = archives.start_archive(rt, alice, search_id, tier)
        alive = not killed_at(rt, run_id, n)
        met.add(is_whole(rt, alice, search_id, before))
        if run_row(rt, run_id)["state"] == "queued":
            assert work(rt, run_id)["state"] == "done"
        assert is_whole(rt, alice, search_id, before) == "archived"
        assert set(hot(rt, search_id)[name] for name in CHILDREN) == {0}

        run_id = archives.start_restore(rt, alice, search_id)
        killed_at(rt, run_id, n)
        is_whole(rt, alice, search_id, before)
        if run_row(rt, run_id)["state"] == "queued":
            assert work(rt, run_id)["state"] == "done"
        assert is_whole(rt, alice, search_id, before) == "hot"
        assert dump(rt) == before, n
        # Every third point: the whole way is walked in both tiers, and the points differ between them.
        n += 3
    assert met == {"hot", "archived"}
    assert n > 60
    archive_nightly.run(rt)
    assert files(rt) == set()


def test_while_it_is_written_it_is_read_but_not_changed(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_id = full_search(rt, alice, 10)
    one = rows(rt, "SELECT min(id) AS id FROM candidates")[0]["id"]
    write, refused = archive_files.write, []

    def trying(*args: Any) -> archive_files.Written:
        assert result_sets.count(rt, alice, View.of(search_id, status="all"), None).row_count == 10
        assert searches.get_search(rt, alice, search_id).editable is False
        for attempt in (
            lambda: candidates.change(rt, alice, search_id, [one], candidates.action_of("stage", "hired")),
            lambda: notes.add_note(rt, alice, search_id, one, "Too late"),
            lambda: searches.rename_search(rt, alice, search_id, "New"),
            lambda: exports.start_export(rt, alice, View.of(search_id), None, {"all": True}),
            lambda: start_import(rt, alice, search_id),
        ):
            with pytest.raises(Forbidden):
                attempt()
            refused.append(1)
        return write(*args)

    monkeypatch.setattr(archive_files, "write", trying)
    before = dump(rt)
    archive(rt, alice, search_id)
    monkeypatch.undo()
    assert len(refused) == 5 * len(archive_tables.TABLES)
    restore(rt, alice, search_id)
    assert dump(rt) == before


def start_import(rt: Runtime, actor: Actor, search_id: uuid.UUID) -> None:
    with rt.db.connection() as conn:
        jobs.start_run(conn, actor, "import", str(search_id), {})


def between(monkeypatch: pytest.MonkeyPatch, event: Callable[[], Any], times: int) -> list[int]:
    """`event` happens while files are written, in the first `times` tries."""
    write, tries = archive_files.write, []

    def writing(store: Any, key: str, table: str, *rest: Any) -> archive_files.Written:
        if table == "notes":
            tries.append(1)
            if len(tries) <= times:
                event()
        return write(store, key, table, *rest)

    monkeypatch.setattr(archive_files, "write", writing)
    return tries


def test_what_another_import_changes_meanwhile_is_written_anew(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_id = full_search(rt, alice, 10)

    def elsewhere() -> None:
        """An import into another search that knows something new of these people."""
        with rt.db.connection() as conn:
            people = [r["profile_id"] for r in conn.execute("SELECT profile_id FROM candidates")]
            conn.execute("UPDATE profiles SET company = 'Elsewhere', updated_at = now()")
            conn.execute("SELECT sync_candidates(%s)", [people])
            conn.execute("SELECT bump_version(%s)", [search_id])

    tries = between(monkeypatch, elsewhere, 1)
    archive(rt, alice, search_id)
    assert len(tries) == 2
    monkeypatch.undo()
    restore(rt, alice, search_id)
    assert {row["company_key"] for row in rows(rt, "SELECT company_key FROM candidates")} == {"elsewhere"}
    assert files(rt) == set()


def test_a_search_that_never_rests_is_left_as_it_is(rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    search_id = full_search(rt, alice, 10)
    before = dump(rt, CHILDREN)
    between(monkeypatch, lambda: change(rt, "SELECT bump_version(%s)", search_id), 10**6)
    run_id = archives.start_archive(rt, alice, search_id)
    _, handle = claim(rt, run_id)
    with pytest.raises(Conflict, match="changed all the time"):
        archive_job.run_archive(rt, handle)
    handle.finish("ended", state="failed")
    assert dump(rt, CHILDREN) == before
    assert searches.get_search(rt, alice, search_id).editable


def test_a_transaction_from_before_is_waited_for(
    rt: Runtime, alice: Actor, database: ServerUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_id = full_search(rt, alice, 5)
    monkeypatch.setattr(archive_job, "WAIT_S", 0.0)
    run_id = archives.start_archive(rt, alice, search_id)
    _, handle = claim(rt, run_id)
    with psycopg.connect(database.database_url) as old:
        old.execute("SELECT 1")
        with pytest.raises(Conflict, match="does not come to an end"):
            archive_job.run_archive(rt, handle)
    monkeypatch.undo()
    archive_job.run_archive(rt, handle)
    assert archives.preview(rt, alice, search_id).archive.archived


def test_a_job_of_the_search_comes_first(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 5)
    other = exports.start_export(rt, alice, View.of(search_id), None, {"all": True})
    with pytest.raises(Conflict, match="has not ended"):
        archives.start_archive(rt, alice, search_id)
    runs.cancel_run(rt, alice, other)
    archive(rt, alice, search_id)


def test_one_archive_or_restore_at_a_time(rt: Runtime, alice: Actor, admin: Actor) -> None:
    search_id = full_search(rt, alice, 5)
    with pytest.raises(Conflict, match="not archived"):
        archives.start_restore(rt, alice, search_id)
    run_id = archives.start_archive(rt, alice, search_id)
    for attempt in (archives.start_archive, archives.start_restore):
        with pytest.raises(Conflict, match="being archived or restored already"):
            attempt(rt, admin, search_id)
    work(rt, run_id)
    with pytest.raises(Conflict, match="is archived already"):
        archives.start_archive(rt, alice, search_id)


@pytest.mark.parametrize("table", ["candidates", "screening_items"])
def test_cancelled_while_it_is_written_nothing_has_happened(
    rt: Runtime, alice: Actor, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_id = full_search(rt, alice, 10)
    before = dump(rt, CHILDREN)
    run_id = archives.start_archive(rt, alice, search_id)
    write = archive_files.write

    def writing(store: Any, key: str, name: str, *rest: Any) -> archive_files.Written:
        if name == table:
            runs.cancel_run(rt, alice, run_id)
        done = write(store, key, name, *rest)
        if name == table:
            handle_of[0].cancelled.set()
        return done

    handle_of: list[Any] = []
    monkeypatch.setattr(archive_files, "write", writing)
    runner, handle = claim(rt, run_id)
    handle_of.append(handle)
    runner._work(handle)
    assert run_row(rt, run_id)["state"] == "cancelled"
    assert dump(rt, CHILDREN) == before
    assert files(rt) == set()
    assert searches.get_search(rt, alice, search_id).editable


def test_a_full_disk_leaves_the_search_as_it_is(rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    search_id = full_search(rt, alice, 10)
    before = dump(rt, CHILDREN)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    _, handle = claim(rt, archives.start_archive(rt, alice, search_id))
    with pytest.raises(Unavailable, match="no room"):
        archive_job.run_archive(rt, handle)
    assert dump(rt, CHILDREN) == before
    assert files(rt) == set()


def test_a_restore_that_is_cancelled_leaves_the_archive(
    rt: Runtime, alice: Actor, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_id = full_search(rt, alice, 26)
    before = dump(rt)
    archive(rt, alice, search_id, "cold")
    run_id = archives.start_restore(rt, alice, search_id)
    put, calls = archive_tables.restore_rows, []

    def cancelling(*args: Any) -> int:
        calls.append(1)
        if len(calls) == 4:
            handle.cancelled.set()
        return put(*args)

    monkeypatch.setattr(archive_tables, "restore_rows", cancelling)
    runner, handle = claim(rt, run_id)
    runner._work(handle)
    monkeypatch.undo()
    assert run_row(rt, run_id)["state"] == "cancelled"
    assert is_whole(rt, alice, search_id, before) == "archived"
    assert hot(rt, search_id)["candidates"] > 0
    # The night takes out again what it had put back.
    (again,) = archive_nightly.run(rt)
    assert work(rt, again)["state"] == "done"
    assert hot(rt, search_id)["candidates"] == 0
    restore(rt, alice, search_id)
    assert dump(rt) == before


# -- files ------------------------------------------------------------------------------------------------


def file_of(rt: Runtime, search_id: uuid.UUID, table: str) -> Path:
    key = next(file["key"] for file in state_of(rt, search_id)["files"] if file["table"] == table)
    return Path(rt.settings.home) / "storage" / key[:2] / key


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone", "swapped"])
def test_a_damaged_file_restores_nothing_and_says_so(rt: Runtime, alice: Actor, damage: str) -> None:
    search_id = full_search(rt, alice, 20)
    before = dump(rt)
    archive(rt, alice, search_id, "cold")
    path = file_of(rt, search_id, "verdicts")
    content = path.read_bytes()
    if damage == "flipped":
        path.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    elif damage == "cut":
        path.write_bytes(content[:-50])
    elif damage == "gone":
        path.unlink()
    else:
        path.write_bytes(file_of(rt, search_id, "notes").read_bytes())
    done = work(rt, archives.start_restore(rt, alice, search_id))
    assert (done["state"], done["message"][:37]) == ("failed", "The archive's file of verdicts is dam")
    assert set(hot(rt, search_id)[name] for name in CHILDREN) == {0}
    assert len(archives.preview(rt, alice, search_id).rows) == 20
    # From a backup it can be had again.
    path.write_bytes(content)
    restore(rt, alice, search_id)
    assert dump(rt) == before


def test_a_file_that_was_not_written_well_never_becomes_the_truth(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_id = full_search(rt, alice, 20)
    before = dump(rt, CHILDREN)
    write = archive_files.write

    def writing(store: Any, key: str, table: str, *rest: Any) -> archive_files.Written:
        done = write(store, key, table, *rest)
        return replace(done, rows=done.rows + 1) if table == "overrides" else done

    monkeypatch.setattr(archive_files, "write", writing)
    done = work(rt, archives.start_archive(rt, alice, search_id))
    assert done["state"] == "failed" and "overrides" in done["message"]
    assert dump(rt, CHILDREN) == before
    archive_nightly.run(rt)
    assert files(rt) == set()
    assert rows(rt, "SELECT 1 FROM archives") == []


def test_files_are_parquet_that_others_can_read(rt: Runtime, alice: Actor) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    search_id = full_search(rt, alice, 30)
    archive(rt, alice, search_id, "cold")
    found = pq.read_table(io.BytesIO(file_of(rt, search_id, "candidates").read_bytes()))
    assert found.num_rows == 30
    assert found.schema.field("id").type == pa.int64()
    assert found.schema.field("added_at").type == pa.timestamp("us", tz="UTC")
    parquet = pq.ParquetFile(file_of(rt, search_id, "candidates"))
    assert parquet.metadata.row_group(0).column(0).compression == "ZSTD"


# -- tiers and nights ----------------------------------------------------------------------------------------


def with_settings(rt: Runtime, **changed: Any) -> Runtime:
    rt.settings = replace(rt.settings, **changed)
    return rt


def unused_for(rt: Runtime, days: int) -> None:
    change(rt, "UPDATE searches SET last_used_at = now() - make_interval(days => %s)", days)
    change(rt, "UPDATE runs SET created_at = now() - make_interval(days => %s)", days)


def test_by_night_what_nobody_uses_is_archived_and_later_made_cold(rt: Runtime, alice: Actor) -> None:
    with_settings(rt, archive_auto="run")
    search_id = full_search(rt, alice, 10)
    assert archive_nightly.run(rt) == []
    unused_for(rt, 200)
    (run_id,) = archive_nightly.run(rt)
    assert archive_nightly.run(rt) == []
    assert work(rt, run_id)["state"] == "done"
    assert state_of(rt, search_id)["tier"] == "warm" and hot(rt, search_id)["profile_raw"] == 10
    before = state_of(rt, search_id)["bytes"]
    unused_for(rt, 300)
    assert archive_nightly.run(rt) == []
    unused_for(rt, 400)
    (run_id,) = archive_nightly.run(rt)
    assert work(rt, run_id)["state"] == "done"
    cold = state_of(rt, search_id)
    assert cold["tier"] == "cold" and hot(rt, search_id)["profile_raw"] == 0 and cold["bytes"] > before
    restore(rt, alice, search_id)
    assert hot(rt, search_id)["profile_raw"] == 10


def test_a_large_search_is_cold_at_once(rt: Runtime, alice: Actor) -> None:
    with_settings(rt, archive_cold_rows=10)
    search_id = full_search(rt, alice, 10)
    archive(rt, alice, search_id)
    assert state_of(rt, search_id)["tier"] == "cold"


@pytest.mark.parametrize("auto", ["off", "suggest"])
def test_by_night_nothing_is_archived_unasked(rt: Runtime, alice: Actor, auto: str) -> None:
    with_settings(rt, archive_auto=auto)
    full_search(rt, alice, 10)
    unused_for(rt, 1000)
    assert archive_nightly.run(rt) == []


def test_a_night_without_a_database_is_logged_and_over(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(archive_nightly.archive_tidy, "tidy", away)
    assert archive_nightly.run(rt) == []
    assert "does not answer" in caplog.text


def test_a_worker_does_the_nightly_work(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(archive_nightly, "run", lambda own: done.set())
    queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
    with working(rt), rt.db.connection() as conn:
        # What the clock does at that hour.
        queue.configure_task(worker.NIGHTLY_TASK, connection=conn, queue="quick").defer(timestamp=0)
        conn.commit()
        assert done.wait(60)


def test_only_owner_and_admin_put_away(rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor) -> None:
    search_id = full_search(rt, alice, 5)
    for actor in (bob, charlie):
        with pytest.raises(Forbidden, match="owner or an admin"):
            archives.start_archive(rt, actor, search_id)
    archive(rt, admin, search_id)
    for actor in (bob, charlie):
        with pytest.raises(Forbidden, match="owner or an admin"):
            archives.start_restore(rt, actor, search_id)
    restore(rt, admin, search_id)
