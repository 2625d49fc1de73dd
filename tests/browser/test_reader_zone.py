"""Moments are stored in UTC and shown by the reader's clock, also in the hours in which it changes."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from selenium.webdriver.common.by import By

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until


@pytest.fixture
def traveller(page: GridPage) -> Iterator[GridPage]:
    yield page
    page.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})


def test_moments_are_those_of_the_readers_clock(traveller: GridPage, product: Product) -> None:
    search = product.generate(3, seed=45)
    person = product.ids(search, "true")[0]
    # A minute before the clocks go on in Zurich, and the second 2:30 of the night in which they go back.
    product.sql(
        "UPDATE searches SET title = 'Clocks go on', created_at = '2026-03-29 00:59Z' WHERE id = %(search)s",
        search=search,
    )
    product.sql("UPDATE candidates SET screened_at = '2026-10-25 01:30Z' WHERE search_id = %(search)s", search=search)
    for zone, made, screened in (
        ("Europe/Zurich", "Mar 29, 2026, 1:59 AM", "Oct 25, 2026, 2:30 AM"),
        ("America/New_York", "Mar 28, 2026, 8:59 PM", "Oct 24, 2026, 9:30 PM"),
    ):
        traveller.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": zone})
        traveller.driver.get(f"{product.url}/?q=Clocks")
        until(lambda made=made: made in said(traveller, "#search-list"), f"not {made} in {zone}")
        traveller.open(search, f"?status=all&person={person}")
        until(lambda screened=screened: screened in said(traveller, "#person-body"), f"not {screened} in {zone}")
        # Of what the server counts by days, too, and in the first page of a document, which is asked for early.
        traveller.driver.get(f"{product.url}/search/{search}/analytics")
        link = f'a[href*="zone={quote(zone, safe="")}"]'
        until(lambda link=link: traveller.driver.find_elements(By.CSS_SELECTOR, link), f"not the weeks of {zone}")


def said(page: GridPage, selector: str) -> str:
    """As it is written, with plain spaces."""
    return " ".join(page.text(selector).split())
