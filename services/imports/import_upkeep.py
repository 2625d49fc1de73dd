"""The search indexes during an import: a second connection sorts in what the first one writes.

A GIN index collects what is written to it and sorts that in when there is much of it, many rows at less
than half the price a row. Left to the writer it is a third of an import's time; a thread that waits for
Postgres costs this process nothing.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import sql
from services import db, faults
from services.runtime import Runtime

# People who are collected before they are sorted in; a search for words reads past those who are not yet.
EVERY = 4_000

_Q = sql.queries("imports")
_log = logging.getLogger(__name__)


class IndexUpkeep:
    """Open while an import writes; at its end everything is sorted in."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._pool = ThreadPoolExecutor(1, "import-upkeep")
        self._work: Future[None] | None = None
        self._waiting = 0

    def __enter__(self) -> IndexUpkeep:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._waiting:
            self._pool.submit(self._sort_in)
        self._pool.shutdown()

    def written(self, people: int) -> None:
        """So many candidates more were written and committed."""
        self._waiting += people
        if self._waiting >= EVERY and (self._work is None or self._work.done()):
            self._waiting = 0
            self._work = self._pool.submit(self._sort_in)

    def _sort_in(self) -> None:
        """That it fails is no reason for an import to fail: the writer then does it itself, later."""
        try:
            with self._rt.db.connection() as conn:
                db.one(conn, _Q.sort_in_search_words)
        except Exception as error:
            _log.warning("search indexes were not brought up to date: %s", faults.trace(error))
