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
