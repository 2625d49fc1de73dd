"""Which process gets which tests, when several run them: what takes longest begins first.

xdist hands the files out by the number of their tests, so that the long ones with few tests come last and one process
waits minutes for the other. And each process that gets a file of browser tests starts the product, thirty thousand
people and a browser for it: those files go to one.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser/"
# What took longest when it was last measured, longest first. One that is missing here costs seconds, no more.
_HEAVY = "archive backup screening faults import_load grid_fuzz grid_filters jobs start_stop demo query_plans facets"
LONG = (BROWSER, *(f"tests/integration/test_{name}.py" for name in _HEAVY.split()))


class LongestFirst(LoadFileScheduling):
    """Units of work as they stand in the collection; the browser's files are one."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


def place(item: pytest.Item) -> int:
    """Where an item's file belongs: the long ones, those with servers, those without."""
    for number, name in enumerate(LONG):
        if item.nodeid.startswith(name):
            return number
    return len(LONG) + item.nodeid.startswith("tests/unit/")
