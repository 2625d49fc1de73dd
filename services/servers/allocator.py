"""How a process of ours asks the C library for memory. glibc only; elsewhere nothing happens."""

from __future__ import annotations

import ctypes

from services import config

# mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
ARENAS = 2
LARGE = 128 * 1024


def give_back() -> None:
    """Large blocks go back to the system as soon as they are free, and threads share two heaps.

    Unasked, glibc raises the size from which a block is large with each such block that is freed, up to
    32 MB, and gives each thread a heap of its own: batches of a few megabytes, made by one thread and
    freed by another, leave holes in all of them, and a long run grows. Arrow's own allocator keeps what
    it once had, so it is told to ask the C library. To be called before threads start and pyarrow is imported.
    """
    config.announce_arrow_memory("system")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for name, value in ((_M_ARENA_MAX, ARENAS), (_M_MMAP_THRESHOLD, LARGE), (_M_TRIM_THRESHOLD, LARGE)):
            mallopt(name, value)


def trim() -> None:
    """What is free goes back to the system now: after something large was put away."""
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
