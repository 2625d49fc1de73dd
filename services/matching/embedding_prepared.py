"""The local model's file as it is run: its weights as floats, in a file that the runtime reads where it is mapped.

The package has them as eight-bit numbers that the graph turns into floats at every run, which is half of its time and
90 MB on top of the batch; turned by the runtime when it is loaded, they are memory of the process's own and take 330 MB
on the way. So a process that ends afterwards does it, once an installation, and what it wrote are pages of a file,
which the system takes back when it needs them. The same numbers come out.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from services import ROOT, faults

# One second, and a machine that has much else to do.
PATIENCE_S = 120.0
# A draft that nobody has touched for as long is of a process that was killed.
LEFT_S = 600.0

# Nothing of ours: no key, no URL.
_ENVIRON = {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1"}

_log = logging.getLogger(__name__)


def prepared(source: Path, folder: Path, runtime: str) -> Path | None:
    """The file made of source in folder, for the runtime of that version; None where it cannot be made now.

    Made at the first call; several processes may do that at once, each takes the place of the other's like file.
    """
    try:
        kept = folder / f"{source.stem}-{_digest(source)}-{runtime}.ort"
        if not kept.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            _make(source, kept)
    except (OSError, subprocess.SubprocessError) as error:
        # It runs without, as slowly as the package's own file does.
        _log.warning("the local model's weights could not be written out: %s", faults.trace(error))
        return None
    return kept


def _make(source: Path, kept: Path) -> None:
    # Not by the process's number: workers in containers have the same ones, and write into one folder.
    draft = kept.with_suffix(f".{uuid4().hex}.part")
    command = [sys.executable, "-m", "services.matching.embedding_prepared", str(source), str(draft)]
    try:
        subprocess.run(command, cwd=ROOT, env=_ENVIRON, check=True, capture_output=True, timeout=PATIENCE_S)
        draft.replace(kept)
    finally:
        draft.unlink(missing_ok=True)
    _log.info("the local model's weights were written out")
    _tidy(kept)


def _tidy(kept: Path) -> None:
    """What others left beside it, as far as it goes: a draft that is gone when it is looked at was of who is done."""
    for left in kept.parent.iterdir():
        with suppress(OSError):
            # Of another version. Who runs by it keeps its pages until it lets go of them.
            is_other = left.suffix == ".ort" and left != kept
            if is_other or (left.suffix == ".part" and time.time() - left.stat().st_mtime > LEFT_S):
                left.unlink()


def _digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def write(source: Path, draft: Path) -> None:
    """In a process of its own, since the memory that this takes is not given back."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # What follows is for one kind of processor, and the folder may move to another.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.enable_cpu_mem_arena = False
    options.optimized_model_filepath = str(draft)
    options.add_session_config_entry("session.save_model_format", "ORT")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
