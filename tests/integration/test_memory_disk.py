"""Where the servers of tests keep their data: in memory where there is room, and nothing of it stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import memory_disk


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "memory"
    made.mkdir()
    monkeypatch.setattr(memory_disk, "MEMORY", made)
    monkeypatch.setattr(memory_disk, "ROOM", 0)
    monkeypatch.setattr(memory_disk, "MEMBERSHIP", tmp_path / "none")
    return made


def test_a_folder_in_memory_is_gone_afterwards(memory: Path, tmp_path: Path) -> None:
    with memory_disk.folder(tmp_path) as home:
        assert home.parent == memory
        (home / "data").mkdir()
    assert list(memory.iterdir()) == []


@pytest.mark.parametrize("lacks", ["room", "folder", "room for as much"])
def test_without_room_or_such_a_folder_it_is_the_usual_one(
    memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacks: str
) -> None:
    if lacks == "room":
        monkeypatch.setattr(memory_disk, "ROOM", 1 << 62)
    elif lacks == "folder":
        memory.rmdir()
    with memory_disk.folder(tmp_path, room=1 << 62 if lacks == "room for as much" else 0) as home:
        assert home == tmp_path
    assert tmp_path.is_dir()


def test_what_tests_that_were_killed_left_is_removed_and_nothing_else(memory: Path, tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (f"{ended.pid}-left", f"{os.getpid()}-used", "no-number"):
        (memory / f"{memory_disk.PREFIX}{name}").mkdir()
    with memory_disk.folder(tmp_path):
        pass
    assert {path.name.removeprefix(memory_disk.PREFIX) for path in memory.iterdir()} == {
        f"{os.getpid()}-used",
        "no-number",
    }


@pytest.mark.parametrize("kept", [0, 600])
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("place", ["box", ""])
def test_the_limit_of_a_container_is_heeded(
    memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, place: str, kept: int
) -> None:
    """Of 1000 bytes 900 are used, of which `kept` are files that can be read again; 500 are wanted."""
    (tmp_path / "membership").write_text("4:cpu:/\n5:memory:/box\n0::/box\n" if version == 1 else "0::/box\n")
    group = tmp_path / "groups" / ("memory" if version == 1 else "") / place
    group.mkdir(parents=True)
    most, used, name = {
        1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        2: ("memory.max", "memory.current", "inactive_file"),
    }[version]
    for file, value in ((most, "1000"), (used, "900"), ("memory.stat", f"anon 1\n{name} {kept}\n")):
        (group / file).write_text(f"{value}\n")
    monkeypatch.setattr(memory_disk, "MEMBERSHIP", tmp_path / "membership")
    monkeypatch.setattr(memory_disk, "GROUPS", tmp_path / "groups")
    with memory_disk.folder(tmp_path, room=500) as home:
        assert (home.parent == memory) == (kept == 600)


def test_a_container_without_a_limit_has_none(memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "membership").write_text("0::/\n")
    (tmp_path / "memory.max").write_text("max\n")
    monkeypatch.setattr(memory_disk, "MEMBERSHIP", tmp_path / "membership")
    monkeypatch.setattr(memory_disk, "GROUPS", tmp_path)
    with memory_disk.folder(tmp_path, room=500) as home:
        assert home.parent == memory
