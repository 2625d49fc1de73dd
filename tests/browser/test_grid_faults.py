"""The line is bad, Valkey goes, a web worker dies: the grid goes on by itself."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Callable
from itertools import cycle
from random import Random

import pytest

from services.servers import processes
from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.browser.slow_proxy import slow_proxy
from tests.waiting import until


def test_twenty_fast_scrolls_over_a_slow_line_that_fails_one_in_ten(
    new_tab: Callable[..., GridPage], product: Product, search: uuid.UUID
) -> None:
    expected, draw = product.ids(search), Random(7)
    with slow_proxy(product.url) as line:
        page = new_tab(line.url)
        page.allow("502|net::ERR_", "the line fails on purpose, and Chromium says so")
        page.open(search).shows(expected, at=0)
        page.record()
        for _ in range(20):
            row = draw.randrange(len(expected))
            page.scroll_to(row)
            page.until(lambda look, row=row: look.first <= row + 20 and look.last >= row, f"no scroll to {row}")
        page.shows(expected, at=row)
        # And again with a pause for each, so that every answer is looked at.
        for row in (5, 27_000, 13_500):
            page.scroll_to(row)
            page.shows(expected, at=row)
        assert line.failed >= 2
        assert line.passed > line.failed
        page.showed_only(expected)


def test_a_server_that_is_away_for_a_while_is_waited_for(
    new_tab: Callable[..., GridPage], product: Product, search: uuid.UUID
) -> None:
    expected = product.ids(search)
    with slow_proxy(product.url) as line:
        page = new_tab(line.url)
        page.allow("502|net::ERR_", "the line fails on purpose, and Chromium says so")
        line.every = 0
        page.open(search).shows(expected, at=0)
        line.every = 1
        page.scroll_to(15_000)
        page.says("Trying again", "the page does not say that it waits")
        line.every = 0
        page.shows(expected, at=15_000)
        until(lambda: not page.is_shown("#grid-notice"), "the notice stays")
        page.scroll_to(3_000)
        page.shows(expected, at=3_000)


@pytest.mark.faults
def test_valkey_stops_and_starts_again(page: GridPage, product: Product, search: uuid.UUID) -> None:
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.record()
    before = product.valkey()
    assert before is not None
    processes.end(before, sig=signal.SIGKILL, grace_s=5)
    for row in (25_000, 400, 12_345):
        page.scroll_to(row)
        page.shows(expected, at=row)
    until(lambda: product.valkey() not in (None, before), "Valkey was not started again")
    rows = cycle((7_000, 26_500))

    def is_used() -> bool:
        """A worker that found it gone leaves it alone for a second."""
        page.scroll_to(row := next(rows))
        page.shows(expected, at=row)
        return product.lists() > 0

    until(is_used, "Valkey is not used again")
    page.showed_only(expected)


@pytest.mark.faults
def test_a_web_worker_is_killed_while_someone_scrolls(page: GridPage, product: Product, search: uuid.UUID) -> None:
    expected = product.ids(search)
    page.allow("net::ERR_", "requests of the killed worker are lost, and Chromium says so")
    page.open(search).shows(expected, at=0)
    page.record()
    killed = product.web_workers()
    for number, row in enumerate((21_000, 300, 14_000, 27_900, 8_000)):
        page.scroll_to(row)
        if number in (0, 3):
            processes.end(killed[number % 2], sig=signal.SIGKILL, grace_s=5)
        page.shows(expected, at=row)
    until(lambda: not set(killed) & set(product.web_workers()), "no new worker")
    until(lambda: len(product.web_workers()) == 2, "not two workers")
    page.scroll_to(0)
    page.shows(expected, at=0)
    page.showed_only(expected)
