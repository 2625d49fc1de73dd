"""Batches that are read by several threads at once and given in their order.

Postgres works for each connection on its own, so two of them have the next batch on its way while
one is written. What is held is bounded, whatever the batches hold: a thread that is ahead waits.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

THREADS = 2
# Blocks that wait for each thread; and how often it looks whether anyone still wants them.
WAITING = 2
LOOK_S = 0.2

Batch = Callable[[], Generator[bytes, None, Any]]


@dataclass(frozen=True)
class Ended:
    """A batch has come to its end; what its generator returned."""

    value: Any


@dataclass(frozen=True)
class _Failed:
    error: BaseException


class _Unwanted(Exception):
    """Nobody takes the blocks any more."""


def read(batches: Iterable[Batch], threads: int = THREADS) -> Generator[bytes | Ended, None, None]:
    """The blocks of all batches, in order, each batch followed by Ended.

    Raises what a batch raised, when its turn comes. Close it when not all is taken: the threads then
    end, and their batches with them.
    """
    stop = threading.Event()
    waiting: deque[queue.Queue[bytes | Ended | _Failed]] = deque()
    coming = iter(batches)
    with ThreadPoolExecutor(threads, thread_name_prefix="export") as pool:

        def begin() -> None:
            for batch in coming:
                place: queue.Queue[bytes | Ended | _Failed] = queue.Queue(WAITING)
                waiting.append(place)
                pool.submit(_fetch, batch, place, stop)
                return

        try:
            for _ in range(threads):
                begin()
            while waiting:
                found = waiting[0].get()
                if isinstance(found, _Failed):
                    raise found.error
                if isinstance(found, Ended):
                    waiting.popleft()
                yield found
                if isinstance(found, Ended):
                    begin()
        finally:
            stop.set()


def _fetch(batch: Batch, place: queue.Queue[bytes | Ended | _Failed], stop: threading.Event) -> None:
    with suppress(_Unwanted), closing(batch()) as reading:
        try:
            while True:
                _put(place, next(reading), stop)
        except StopIteration as end:
            _put(place, Ended(end.value), stop)
        except _Unwanted:
            raise
        except BaseException as error:
            _put(place, _Failed(error), stop)


def _put(place: queue.Queue[Any], item: bytes | Ended | _Failed, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            return place.put(item, timeout=LOOK_S)
        except queue.Full:
            continue
    raise _Unwanted
