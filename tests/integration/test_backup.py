"""`sourcingx backup` and `sourcingx restore`: everything comes back, and what goes wrong changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

import sql
from services import ROOT
from services.access import accounts, identity, passwords
from services.access.identity import Actor
from services.archive import archives
from services.backups import backup, backup_restore, backup_set, pg_tools, restore_load
from services.backups.restore_load import Undecided
from services.config import Settings, child_environ
from services.decisions import candidates
from services.errors import BadInput, Conflict, NotSignedIn, Unavailable
from services.exports import exports
from services.grid import result_sets
from services.grid.grid_view import View
from services.matching import matching_state
from services.runs import jobs
from services.runtime import Runtime
from services.servers import migrate
from services.servers.servers import Servers
from services.storage import Storage
from tests.archives import restore as bring_back
from tests.backups import ask, contents, empty_database, furnish, rights, stored
from tests.integration.test_jobs import until
from tests.people import add_people, add_search, own_database, runtime, varied

SOURCINGX = str(Path(sys.executable).with_name("sourcingx"))


@dataclass(frozen=True)
class Origin:
    """A database with something of everything in it, which no test changes, and a backup of it."""

    rt: Runtime
    alice: Actor
    world: dict[str, Any]
    backup: Path

    @property
    def settings(self) -> Settings:
        return self.rt.settings


@pytest.fixture(scope="module")
def origin(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    home = tmp_path_factory.mktemp("origin")
    with own_database(servers, template_database) as urls:
        more = {"database_owner_url": urls.database_owner_url, "secret_key": "k" * 40}
        with runtime(urls, home, **more) as rt:
            alice = identity.create_user(rt, "alice@example.com", "Alice Owner", "recruiter")
            world = furnish(rt, alice)
            yield Origin(rt, alice, world, backup.make(rt.settings, home / "backups", "1.2.3")[0])


@pytest.fixture
def made(origin: Origin, tmp_path: Path) -> Path:
    """A backup that the test may damage."""
    return Path(shutil.copytree(origin.backup, tmp_path / "backups" / origin.backup.name))


@pytest.fixture
def world(rt: Runtime, alice: Actor) -> dict[str, Any]:
    """The same in a database that the test may change."""
    return furnish(rt, alice)


@pytest.fixture
def elsewhere(servers: Servers, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Another machine, with nothing on it."""
    with empty_database(servers, settings, tmp_path / "elsewhere") as found:
        yield found


@contextmanager
def opened(settings: Settings) -> Iterator[Runtime]:
    found = Runtime(settings)
    found.open()
    try:
        yield found
    finally:
        found.close()


def command(settings: Settings, *argv: str, **options: Any) -> subprocess.Popen[str]:
    environ = child_environ(settings) | options.pop("environ", {})
    return subprocess.Popen(
        [*options.pop("before", []), SOURCINGX, *argv], env=environ, cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def names(folder: Path) -> list[str]:
    """What stands there, but the lock that says that somebody writes."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock") if folder.exists() else []


# -- there and back --------------------------------------------------------------------------------


def test_everything_comes_back(origin: Origin, elsewhere: Settings, made: Path) -> None:
    world, alice = origin.world, origin.alice
    before, files = contents(origin.settings), stored(origin.settings)
    done = backup_restore.restore(elsewhere, made)

    assert contents(elsewhere) == before
    assert rights(elsewhere) == rights(origin.settings)
    assert stored(elsewhere) == files and len(files) > 5
    assert done.migrated == []
    assert (done.manifest.version, done.manifest.lost, done.lost) == ("1.2.3", [], [])
    assert done.manifest.holds == {"users": 1, "searches": 2, "people": 100, "candidates": 60}
    # Whoever was signed in is not; a list of before cannot be taken for one of now.
    ((versions,),) = ask(elsewhere, "SELECT min(data_version) FROM searches")
    assert versions > 1_700_000_000
    assert ask(elsewhere, "SELECT action, subject FROM audit_log ORDER BY id DESC LIMIT 1") == [
        ("database.restore", made.name)
    ]
    with opened(elsewhere) as other:
        assert identity.actor_of(origin.rt, world["token"]) is not None
        assert identity.actor_of(other, world["token"]) is None
        # It is a database to work with: the archived search can be had, the export downloaded, people added.
        bring_back(other, alice, world["away"])
        assert archives.find(other, alice, world["away"]) is None
        with exports.open_export(other, alice, str(world["export"]["id"])).file as file:
            assert file.read().count(b"\n") == world["export"]["rows"] + 1
        with other.db.connection() as conn:
            add_people(conn, add_search(conn, alice), varied(3))


def test_a_server_without_pgvector_takes_all_but_vectors(
    origin: Origin, servers: Servers, settings: Settings, tmp_path: Path, made: Path
) -> None:
    before = contents(origin.settings)
    vectors = {name for name in before if name.startswith(("profile_embeddings", "query_embeddings"))}
    assert "profile_embeddings_1" in vectors
    with empty_database(servers, settings, tmp_path / "bare", vectors=False) as bare:
        backup_restore.restore(bare, made)
        assert contents(bare) == {name: sum_ for name, sum_ in before.items() if name not in vectors}
        with opened(bare) as other:
            assert "pgvector" in matching_state.state(other, origin.alice).reason


def test_nobody_seems_to_have_changed_anything_since(
    rt: Runtime, alice: Actor, bob: Actor, elsewhere: Settings, tmp_path: Path, world: dict[str, Any]
) -> None:
    """Transactions have numbers, and those of another server may be far ahead of ours."""
    future = 10**12
    with psycopg.connect(rt.settings.database_owner_url) as conn:
        conn.execute("UPDATE candidates SET changed_xid = %s::text::xid8, changed_by = %s", [future, alice.user_id])
    newer = backup.make(rt.settings, tmp_path / "newer", "1")[0]
    backup_restore.restore(elsewhere, newer)
    with opened(elsewhere) as other:
        view = View.of(world["kept"])
        counted = result_sets.count(other, bob, view, None)
        ids = [row["id"] for row in result_sets.fetch_page(other, bob, view, counted.version, 0, 5).rows]
        assert ids
    ((highest,),) = ask(elsewhere, "SELECT max(changed_xid) < pg_snapshot_xmax(pg_current_snapshot()) FROM candidates")
    assert highest is True


def test_jobs_that_were_under_way_begin_again_or_wait_for_a_person(
    rt: Runtime, alice: Actor, elsewhere: Settings, tmp_path: Path
) -> None:
    states = {}
    with rt.db.connection() as conn:
        for kind in ("import", "screen"):
            for state, cancelled in (("running", False), ("queued", False), ("running", True)):
                run_id = jobs.start_run(conn, alice, kind, None, {})
                conn.execute(
                    "UPDATE runs SET state = %s, cancel_requested = %s, attempts = 2, worker = 'w#1' WHERE id = %s",
                    [state, cancelled, run_id],
                )
                states[run_id] = "cancelled" if cancelled else "queued" if kind == "import" else "failed"
    path = backup.make(rt.settings, tmp_path / "backups", "1")[0]
    backup_restore.restore(elsewhere, path)
    assert dict(ask(elsewhere, "SELECT id, state FROM runs")) == states
    reasons = {text for text, state in ask(elsewhere, "SELECT message, state FROM runs") if state == "failed"}
    assert reasons == {backup_restore.UNDER_WAY}
    # The next worker that starts takes up what waits: the transport knows of nothing any more.
    assert ask(elsewhere, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_an_older_backup_is_brought_to_this_versions_schema(
    servers: Servers, settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = sql.migrations()
    with empty_database(servers, settings, tmp_path / "old") as old:
        monkeypatch.setattr(sql, "migrations", lambda: everything[:-1])
        migrate.migrate(old.database_owner_url, old.database_url)
        path = backup.make(old, tmp_path / "backups", "0.9")[0]
    monkeypatch.setattr(sql, "migrations", lambda: everything)
    done = backup_restore.restore(elsewhere, path)
    assert done.migrated == [everything[-1][1]]


# -- the command -----------------------------------------------------------------------------------


def test_the_commands(origin: Origin, elsewhere: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "backups"
    out, err = command(origin.settings, "backup", str(folder), "--json").communicate(timeout=120)
    said = json.loads(out)
    assert (err, said["people"], said["missing"]) == ("", 100, 0)
    path = Path(said["backup"])
    assert names(folder) == [path.name]
    # For the owner's eyes, and without what is no part of the database.
    modes = {stat.S_IMODE(found.stat().st_mode) for found in path.rglob("*") if found.is_file()}
    assert modes == {0o600}
    assert {stat.S_IMODE(found.stat().st_mode) for found in (path, *path.rglob("*")) if found.is_dir()} == {0o700}
    assert not any(
        origin.settings.secret_key.encode() in found.read_bytes() for found in path.rglob("*") if found.is_file()
    )

    out, err = command(origin.settings, "backup", "--verify", str(path), "--json").communicate(timeout=120)
    assert (err, json.loads(out)["files"]) == ("", said["files"])

    back = command(elsewhere, "restore", str(path), "--json")
    out, err = back.communicate(timeout=120)
    assert (back.returncode, err, json.loads(out)["candidates"]) == (0, "", 60)
    # A second time it is not empty any more; its name, typed, is the permission.
    again = command(elsewhere, "restore", str(path))
    _, err = again.communicate(timeout=120)
    assert again.returncode == 2
    assert "is not empty; nothing was changed" in err
    ((name,),) = ask(elsewhere, "SELECT current_database()")
    assert f"--force {name}" in err


def test_a_new_machine_needs_nothing_but_the_backup(made: Path, tmp_path: Path) -> None:
    """No database, no home: the embedded servers are made for it, and what came back is there at the next start."""
    environment = {"PATH": "/usr/bin:/bin", "SOURCINGX_HOME": str(tmp_path / "new")}
    for argv in (["restore", str(made)], ["rows", "Backend Bern", "--user", "alice@example.com"]):
        done = subprocess.run(
            [SOURCINGX, *argv, "--json"], env=environment, capture_output=True, text=True, timeout=180
        )
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["row_count"] > 10


def test_what_is_replaced_leaves_nothing_behind(origin: Origin, elsewhere: Settings, made: Path) -> None:
    """Another database's rows, tables of a later version, files."""
    migrate.migrate(elsewhere.database_owner_url, elsewhere.database_url)
    with opened(elsewhere) as other:
        furnish(other, identity.create_user(other, "alice@example.com", "Dana Doe", "recruiter"))
    ask(elsewhere, "CREATE TABLE of_the_future (id bigint PRIMARY KEY, search_id uuid REFERENCES searches)")
    ask(elsewhere, "CREATE TYPE mood AS ENUM ('calm')")
    ((name,),) = ask(elsewhere, "SELECT current_database()")
    for wrong in ("", "another"):
        with pytest.raises(Conflict, match="not empty"):
            backup_restore.restore(elsewhere, made, replacing=wrong)
    backup_restore.restore(elsewhere, made, replacing=name)
    assert contents(elsewhere) == contents(origin.settings)
    assert stored(elsewhere) == stored(origin.settings)
    assert ask(elsewhere, "SELECT to_regclass('of_the_future'), to_regtype('mood')") == [(None, None)]


# -- what cannot be taken --------------------------------------------------------------------------


def test_while_somebody_is_connected_nothing_is_restored(
    elsewhere: Settings, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_restore, "CLOSING_S", 0)
    with (
        psycopg.connect(elsewhere.database_url),
        pytest.raises(Conflict, match=r"connections .* stop the web server"),
    ):
        backup_restore.restore(elsewhere, made)


def test_whoever_is_just_leaving_is_waited_for(
    elsewhere: Settings, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that was stopped a moment ago, and our own look at the database before this one."""
    monkeypatch.setattr(backup_restore, "CLOSING_S", 60)
    with ThreadPoolExecutor(1) as thread, psycopg.connect(elsewhere.database_owner_url, autocommit=True) as leaving:
        restoring = thread.submit(backup_restore.restore, elsewhere, made)
        until(lambda: leaving.execute("""
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND query ~ 'has_tables'""").fetchone() == (1,))  # fmt: skip
        leaving.close()
        assert restoring.result(120).lost == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 99}, "made by a newer version"),
        (
            {"migrations": [[1, "0001_foundation.sql"], [9999, "9999_later.sql"]]},
            "install that version, or a newer one",
        ),
        ({"migrations": [[1, "0001_something_else.sql"]]}, "whose schema this version does not know"),
        ({"postgres": 990001}, "is of PostgreSQL 99"),
        ({"files": {"../../etc/passwd": {"bytes": 1, "sha256": "0"}}}, "no longer there"),
        ({"dump": None}, "manifest.json of .* is damaged"),
    ],
)
def test_a_backup_of_another_version_is_refused(
    elsewhere: Settings, made: Path, change: dict[str, Any], says: str
) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    (made / "manifest.json").write_text(json.dumps(manifest | change))
    with pytest.raises(Exception, match=says):
        backup_restore.restore(elsewhere, made)
    assert contents(elsewhere) == {} and stored(elsewhere) == {}


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize("damage", [truncate, flip, Path.unlink])
@pytest.mark.parametrize("which", ["database.dump", "manifest.json", "files"])
def test_a_damaged_backup_is_one_line_and_changes_nothing(
    elsewhere: Settings, made: Path, damage: Callable[[Path], None], which: str
) -> None:
    # The largest of the files: names are by chance, and one may have nothing in it.
    files = [found for found in (made / "files").rglob("*") if found.is_file()]
    path = max(files, key=lambda found: found.stat().st_size) if which == "files" else made / which
    if (which, damage) == ("manifest.json", flip):
        # A JSON file with one sign changed may still be one, with another sum in it.
        path.write_text(path.read_text().replace('"sha256": "', '"sha256": "0', 1))
    else:
        damage(path)
    with pytest.raises(BadInput, match=r"use another backup|is no backup"):
        backup_restore.restore(elsewhere, made)
    assert contents(elsewhere) == {} and stored(elsewhere) == {}
    with pytest.raises(BadInput):
        backup_set.verify(made, pg_tools.find(18))


def test_what_is_no_backup_is_one_line(elsewhere: Settings, tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        done = command(elsewhere, "restore", str(path))
        _, err = done.communicate(timeout=60)
        assert (done.returncode, err.count("\n")) == (2, 1)
        assert "is no backup" in err


def test_a_database_without_tables_is_nothing_to_back_up(elsewhere: Settings, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="nothing to back up"):
        backup.make(elsewhere, tmp_path / "backups", "1")
    assert names(tmp_path / "backups") == []


@pytest.fixture
def locked_role(servers: Servers) -> Iterator[str]:
    """A role whose password Postgres asks for, as an owner of its own would have one."""
    assert servers.postgres is not None
    hba = servers.postgres.data / "pg_hba.conf"
    usual = hba.read_text()
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        conn.execute("DROP ROLE IF EXISTS locked")
        conn.execute("CREATE ROLE locked LOGIN PASSWORD 'right-password'")
        conn.execute("GRANT sourcingx_owner TO locked")
        hba.write_text(f"local all locked scram-sha-256\n{usual}")
        conn.execute("SELECT pg_reload_conf()")
        yield "locked"
        hba.write_text(usual)
        conn.execute("SELECT pg_reload_conf()")
        conn.execute("DROP OWNED BY locked")
        conn.execute("DROP ROLE locked")


def test_the_password_is_told_to_nobody_and_a_wrong_one_is_said(
    origin: Origin, locked_role: str, tmp_path: Path
) -> None:
    def with_password(password: str) -> Settings:
        url = origin.settings.database_owner_url.replace("sourcingx_owner@", f"{locked_role}:{password}@")
        return replace(origin.settings, database_owner_url=url)

    wrong = command(with_password("wrong-canary"), "backup", str(tmp_path / "backups"))
    out, err = wrong.communicate(timeout=60)
    assert (wrong.returncode, out, err.count("\n")) == (1, "", 1)
    assert "does not take the password" in err and "canary" not in err
    assert names(tmp_path / "backups") == []
    where, environ = pg_tools.reach(with_password("right-password").database_owner_url)
    assert "right-password" not in where and environ["PGPASSWORD"] == "right-password"
    path, _ = backup.make(with_password("right-password"), tmp_path / "backups", "1")
    assert names(tmp_path / "backups") == [path.name]


def test_a_server_that_is_away_is_one_line(settings: Settings, tmp_path: Path) -> None:
    away = f"postgresql://owner:canary@/none?host={tmp_path}"
    done = command(replace(settings, database_url=away, database_owner_url=away), "backup", str(tmp_path / "backups"))
    _, err = done.communicate(timeout=60)
    assert (done.returncode, err.count("\n")) == (1, 1)
    assert "does not answer" in err and "canary" not in err


def test_a_role_that_is_not_the_owner_is_told_so(rt: Runtime, world: dict[str, Any], tmp_path: Path) -> None:
    with psycopg.connect(rt.settings.database_owner_url) as conn:
        conn.execute("REVOKE SELECT ON notes FROM sourcingx_app")
    with pytest.raises(Unavailable, match="give the tables' owner"):
        backup.make(replace(rt.settings, database_owner_url=rt.settings.database_url), tmp_path / "backups", "1")
    assert names(tmp_path / "backups") == []


def test_programs_that_are_too_old_are_not_used(rt: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in pg_tools.NAMES:
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 15.9'\n")
        program.chmod(0o755)
    monkeypatch.setattr(pg_tools, "_folders", lambda: iter([tmp_path, tmp_path / "none"]))
    with pytest.raises(Unavailable, match=r"18 or newer are needed, and only those of version 15 .*client-18"):
        backup.make(rt.settings, tmp_path / "backups", "1")


# -- no room, no end -------------------------------------------------------------------------------


def test_a_full_disk_is_one_line_and_leaves_no_backup(origin: Origin, tmp_path: Path) -> None:
    """A limit on the size of files stands for it: 8 KiB are less than any dump."""
    done = command(
        origin.settings, "backup", str(tmp_path / "backups"), before=["bash", "-c", 'ulimit -f 8; exec "$@"', "-"]
    )
    _, err = done.communicate(timeout=60)
    assert (done.returncode, err) == (1, f"sourcingx: {pg_tools.NO_ROOM}\n")
    assert names(tmp_path / "backups") == []
    assert not list((origin.settings.home / "storage").glob(".held-*"))


def test_a_disk_that_fills_up_while_files_come_back_leaves_none(
    elsewhere: Settings, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[Path] = []
    real = shutil.copyfile

    def copy(source: Path, target: Path) -> None:
        if len(copied) == 3:
            raise OSError(28, "No space left on device")
        copied.append(target)
        real(source, target)

    monkeypatch.setattr(shutil, "copyfile", copy)
    with pytest.raises(Unavailable, match="no room"):
        backup_restore.restore(elsewhere, made)
    assert len(copied) == 3
    assert contents(elsewhere) == {} and stored(elsewhere) == {}


@dataclass(frozen=True)
class HeldUp:
    """pg_dump has its snapshot, and waits for one table until it is let on."""

    settings: Settings
    holder: psycopg.Connection

    def waits(self) -> bool:
        return bool(ask(self.settings, """
            SELECT 1 FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'
                AND datname = current_database()"""))  # fmt: skip

    def let_on(self) -> None:
        self.holder.rollback()


@contextmanager
def held_up(settings: Settings) -> Iterator[HeldUp]:
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("LOCK TABLE import_mappings IN ACCESS EXCLUSIVE MODE")
        yield HeldUp(settings, holder)


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGINT])
def test_a_backup_that_is_ended_in_the_middle_is_none(origin: Origin, tmp_path: Path, sig: signal.Signals) -> None:
    folder = tmp_path / "backups"
    # Whoever runs the tests may ignore it (a job in the background), and children would, too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with held_up(origin.settings) as held:
        killed = command(origin.settings, "backup", str(folder), start_new_session=True)
        signal.signal(signal.SIGINT, before)
        until(held.waits)
        killed.send_signal(sig)
        killed.communicate(timeout=60) if sig == signal.SIGINT else killed.wait(60)
        assert [name for name in names(folder) if not name.startswith(".")] == []
        # Its program may outlive it; nobody waits for what it writes.
        os.killpg(killed.pid, signal.SIGKILL) if sig == signal.SIGKILL else None
        killed.communicate(timeout=60)
    path, _ = backup.make(origin.settings, folder, "1")
    assert names(folder) == [path.name]
    assert not list((origin.settings.home / "storage").glob(".held-*"))


def test_a_backup_beside_people_who_work_is_of_one_moment(
    rt: Runtime, alice: Actor, world: dict[str, Any], elsewhere: Settings, tmp_path: Path
) -> None:
    before, files = contents(rt.settings), stored(rt.settings)
    view = View.of(world["kept"], status="all")
    with ThreadPoolExecutor(1) as thread, held_up(rt.settings) as held:
        making = thread.submit(backup.make, rt.settings, tmp_path / "backups", "1")
        until(held.waits)
        # A file goes, a search comes back from its archive, whose files go too; people are moved and read.
        exports.remove(rt, alice, world["export"]["id"])
        bring_back(rt, alice, world["away"])
        rows = result_sets.fetch_page(rt, alice, view, result_sets.count(rt, alice, view, None).version, 0, 100).rows
        candidates.change(
            rt, alice, world["kept"], [int(row["id"]) for row in rows], candidates.action_of("stage", "hired")
        )
        # A migration would change what is being dumped: it waits for the end.
        migrating = threading.Thread(
            target=migrate.migrate, args=(rt.settings.database_owner_url, rt.settings.database_url)
        )
        migrating.start()
        until(lambda: ask(rt.settings, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
        assert not making.done()
        held.let_on()
        path, manifest = making.result(120)
        migrating.join(60)
    assert contents(rt.settings) != before
    assert manifest.lost == []
    backup_restore.restore(elsewhere, path)
    assert contents(elsewhere) == before
    assert stored(elsewhere) == files


@dataclass(frozen=True)
class Lossy:
    """A database whose archive and export lost a file each: a backup of before, and one of after."""

    settings: Settings
    whole: Path
    lossy: Path
    archived: str
    exported: str
    lines: list[str]


@pytest.fixture
def lossy(rt: Runtime, world: dict[str, Any], tmp_path: Path) -> Lossy:
    storage, exported = rt.settings.home / "storage", str(world["export"]["storage_key"])
    ((archived,),) = ask(rt.settings, "SELECT files #>> '{0,key}' FROM archives")
    whole = backup.make(rt.settings, tmp_path / "whole", "1")[0]
    flip(storage / archived[:2] / archived)
    (storage / exported[:2] / exported).unlink()
    done = command(rt.settings, "backup", str(tmp_path / "lossy"), "--json")
    out, err = done.communicate(timeout=120)
    said = json.loads(out)
    assert (done.returncode, said["missing"], said["damaged"], len(said["lost"])) == (3, 1, 1, 2)
    lines = [
        "2 files that the database speaks of are missing or damaged:",
        f"  export {world['export']['id']}: storage/{exported[:2]}/{exported} is missing",
        f"  archive of search {world['away']}: storage/{archived[:2]}/{archived} is damaged",
    ]
    assert err.splitlines()[:3] == lines
    assert "look for them in older backups" in err and "Exports can be made again" in err
    return Lossy(rt.settings, whole, Path(said["backup"]), archived, exported, lines)


def test_files_that_were_lost_before_are_told_wherever_the_backup_goes(lossy: Lossy, elsewhere: Settings) -> None:
    """And it never ends as if it were whole."""
    for argv in (("backup", "--verify", str(lossy.lossy)), ("restore", str(lossy.lossy))):
        done = command(elsewhere, *argv)
        out, err = done.communicate(timeout=120)
        assert (done.returncode, err.splitlines()[:3]) == (3, lossy.lines)
        assert "missing: 1" in out and "damaged: 1" in out
    assert contents(elsewhere) == contents(lossy.settings)
    assert stored(elsewhere) == stored(lossy.settings)


def test_files_that_the_backup_lost_and_the_disk_has_are_kept(lossy: Lossy, elsewhere: Settings) -> None:
    backup_restore.restore(elsewhere, lossy.whole)
    before = stored(elsewhere)
    ((name,),) = ask(elsewhere, "SELECT current_database()")
    done = backup_restore.restore(elsewhere, lossy.lossy, replacing=name)
    assert len(done.manifest.lost) == 2
    assert done.lost == []
    assert stored(elsewhere) == before
    # And one that nothing speaks of any more goes.
    key = Storage.new_key()
    Storage.of(elsewhere).save_stream(key, [b"a"], 1)
    ask(
        elsewhere,
        "INSERT INTO uploads (user_id, file_name, bytes, storage_key) SELECT id, 'a.csv', 1, %s FROM users LIMIT 1",
        key,
    )
    backup_restore.restore(elsewhere, lossy.whole, replacing=name)
    assert stored(elsewhere) == before


def test_a_backup_of_the_first_format_is_read(made: Path) -> None:
    path = made / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["lost"]
    path.write_text(json.dumps(manifest | {"format": 1, "missing": ["m"], "damaged": ["d"]}))
    assert (backup_set.read(made).missing, backup_set.read(made).damaged) == ({"m"}, {"d"})


@pytest.fixture
def slow_programs(tmp_path: Path) -> dict[str, str]:
    """An environment in which pg_restore comes to the middle of the rows, says so, and then waits, or breaks off."""
    folder, tools = tmp_path / "bin", pg_tools.find(18)
    folder.mkdir()
    for name in ("pg_dump", "psql"):
        (folder / name).symlink_to(tools.folder / name)
    program = folder / "pg_restore"
    program.write_text(f"""#!/bin/bash
case "$*" in
*--section=data*)
    "{tools.folder}/pg_restore" "$@" > {tmp_path}/all || exit 1
    head -c $(($(stat -c %s {tmp_path}/all) / 2)) {tmp_path}/all
    touch {tmp_path}/in-the-middle
    [ -e {tmp_path}/break ] && exit 1
    exec sleep 600 ;;
*) exec "{tools.folder}/pg_restore" "$@" ;;
esac
""")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.parametrize("end", ["kill -9", "pg_restore fails"])
def test_a_restore_that_is_ended_in_the_middle_changes_nothing(
    elsewhere: Settings, made: Path, slow_programs: dict[str, str], tmp_path: Path, end: str
) -> None:
    """The database of before is still there, whole."""
    migrate.migrate(elsewhere.database_owner_url, elsewhere.database_url)
    with opened(elsewhere) as other:
        identity.create_user(other, "dana@example.com", "Dana Doe", "recruiter")
    before = contents(elsewhere)
    ((name,),) = ask(elsewhere, "SELECT current_database()")
    if end != "kill -9":
        (tmp_path / "break").touch()
    done = command(elsewhere, "restore", str(made), "--force", name, environ=slow_programs, start_new_session=True)
    if end == "kill -9":
        try:
            until((tmp_path / "in-the-middle").exists)
        finally:
            # Also where it never got there: what is left of it would be reported by another test.
            done.kill()
            done.wait(60)
            with suppress(ProcessLookupError):
                os.killpg(done.pid, signal.SIGKILL)
            done.communicate(timeout=60)
    else:
        _, err = done.communicate(timeout=120)
        assert (done.returncode, "nothing was changed" in err) == (1, True)
        assert stored(elsewhere) == {}
    until(lambda: ask(elsewhere, """
        SELECT count(*) = 0 AS gone FROM pg_stat_activity
        WHERE application_name = 'psql' AND datname = current_database()""")[0][0])  # fmt: skip
    assert contents(elsewhere) == before
    backup_restore.restore(elsewhere, made, replacing=name)


@pytest.fixture
def held_at_the_end(tmp_path: Path) -> dict[str, str]:
    """An environment in which psql, with all rows loaded, says so and does nothing until it is let on. What it was
    told meanwhile is in tmp_path / "told"."""
    folder, tools = tmp_path / "bin", pg_tools.find(18)
    folder.mkdir()
    (folder / "pg_dump").symlink_to(tools.folder / "pg_dump")
    (folder / "pg_restore").write_text(f"""#!/bin/bash
"{tools.folder}/pg_restore" "$@" || exit 1
case "$*" in
*--section=data*)
    echo '\\! touch {tmp_path}/at-the-end; until [ -e {tmp_path}/on ]; do sleep 0.1; done' ;;
esac
""")
    (folder / "psql").write_text(f"""#!/bin/bash
[ "$1" = --version ] && exec "{tools.folder}/psql" --version
tee "{tmp_path}/told" | "{tools.folder}/psql" "$@"
""")
    for name in ("pg_restore", "psql"):
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGINT])
def test_a_restore_that_is_ended_before_its_commit_never_happened(
    elsewhere: Settings, made: Path, held_at_the_end: dict[str, str], tmp_path: Path, sig: signal.Signals
) -> None:
    """However far psql was, and though it outlives whoever started it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    done = command(elsewhere, "restore", str(made), environ=held_at_the_end, start_new_session=True)
    signal.signal(signal.SIGINT, before)
    until((tmp_path / "at-the-end").exists)
    until(lambda: b"\\echo ready" in (tmp_path / "told").read_bytes())
    done.send_signal(sig)
    assert done.wait(60) == (-sig if sig == signal.SIGKILL else 130)
    (tmp_path / "on").touch()
    done.communicate(timeout=60)
    until(lambda: ask(elsewhere, """
        SELECT count(*) = 0 AS gone FROM pg_stat_activity
        WHERE application_name = 'psql' AND datname = current_database()""")[0][0])  # fmt: skip
    assert contents(elsewhere) == {}
    if sig == signal.SIGINT:
        assert stored(elsewhere) == {}
    assert backup_restore.restore(elsewhere, made).lost == []


def test_an_end_after_the_commit_is_too_late(
    origin: Origin, elsewhere: Settings, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files stay that rows speak of; the database is asked, whatever became of psql."""
    real = restore_load._commit

    def interrupted(psql: subprocess.Popen[bytes]) -> int:
        assert real(psql) == 0
        raise KeyboardInterrupt

    monkeypatch.setattr(restore_load, "_commit", interrupted)
    assert backup_restore.restore(elsewhere, made).migrated == []
    assert contents(elsewhere) == contents(origin.settings)
    assert stored(elsewhere) == stored(origin.settings)


def test_a_commit_that_failed_puts_nothing_in_place(
    origin: Origin, elsewhere: Settings, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor in another file's place: the one of before may be the right one for the rows of before."""
    other = next((made / "files").rglob("????????-*"))
    Storage.of(elsewhere).save_stream(other.name, [b"of before"], 100)

    def killed(psql: subprocess.Popen[bytes]) -> int:
        psql.kill()
        return psql.wait()

    with monkeypatch.context() as patch:
        patch.setattr(restore_load, "_commit", killed)
        with pytest.raises(Unavailable, match="ended by signal 9; nothing was kept"):
            backup_restore.restore(elsewhere, made)
    assert contents(elsewhere) == {} and stored(elsewhere) == {other.name: b"of before"}
    backup_restore.restore(elsewhere, made)
    assert stored(elsewhere) == stored(origin.settings)


def test_where_nobody_knows_whether_it_was_committed_nothing_is_cleaned_up(
    origin: Origin, elsewhere: Settings, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = restore_load._commit

    def away(*_: Any, **__: Any) -> Any:
        raise psycopg.OperationalError("gone")

    with monkeypatch.context() as patch:

        def cut(psql: subprocess.Popen[bytes]) -> int:
            assert real(psql) == 0
            patch.setattr(psycopg, "connect", away)
            return 2

        patch.setattr(restore_load, "_commit", cut)
        patch.setattr(restore_load, "ASK_S", 0)
        with pytest.raises(Undecided, match="run sourcingx migrate"):
            backup_restore.restore(elsewhere, made)
    assert stored(elsewhere) == stored(origin.settings)
    assert contents(elsewhere) == contents(origin.settings)


# -- people after it -------------------------------------------------------------------------------


def test_accounts_are_those_of_the_backup_and_nobody_is_signed_in(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor, elsewhere: Settings, tmp_path: Path
) -> None:
    """Passwords and who is disabled are of that moment; sign-ins and links of then lead nowhere."""
    email, old, new = "alice@example.com", "four words make one", "another four words here"
    passwords.set_by_command(rt, email, old)
    accounts.set_disabled(rt, admin, bob.user_id, True)
    session = identity.sign_in(rt, email, old)
    links = [identity.make_login_link(rt, email), passwords.make_link(rt, admin, alice.user_id)]
    path = backup.make(rt.settings, tmp_path / "backups", "1")[0]
    # What is done after it is not in it.
    passwords.set_by_command(rt, email, new)
    accounts.set_disabled(rt, admin, bob.user_id, False)

    backup_restore.restore(elsewhere, path)
    with opened(elsewhere) as other:
        assert identity.actor_of(other, session) is None
        with pytest.raises(NotSignedIn):
            identity.sign_in_with_link(other, links[0])
        assert not passwords.link_is_good(other, links[1])
        with pytest.raises(NotSignedIn):
            identity.sign_in(other, email, new)
        assert identity.actor_of(other, identity.sign_in(other, email, old)).user_id == alice.user_id
        assert identity.find_user(other, "bob@example.com") is None
        # The way in for whoever runs the server.
        assert identity.actor_of(other, identity.sign_in_with_link(other, identity.make_login_link(other, email)))
