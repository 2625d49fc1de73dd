"""Rows are chosen: one by one, from here to there, all that match."""

from __future__ import annotations

import uuid

from tests.browser.grid_page import GridPage
from tests.browser.product import Product, until


def test_shift_chooses_from_here_to_there(page: GridPage, product: Product, search: uuid.UUID) -> None:
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.tick(2)
    says(page, "1 selected")
    page.tick(9, shift=True)
    says(page, "8 selected")
    assert page.ticked() == list(range(2, 10))
    page.tick(4)
    says(page, "7 selected")
    page.click('[data-action="clear-selection"]')
    until(lambda: not page.is_shown("#bulk-bar"), "the bar stays")
    assert page.ticked() == []


def test_rows_stay_chosen_when_they_were_scrolled_away(page: GridPage, product: Product, search: uuid.UUID) -> None:
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.tick(1)
    for row in range(1_000, 20_000, 2_000):
        page.scroll_to(row)
        page.shows(expected, at=row)
    page.tick(row + 2)
    says(page, "2 selected")
    page.scroll_to(0)
    page.shows(expected, at=0)
    assert page.ticked() == [1]


def test_shift_chooses_over_rows_that_were_never_loaded(page: GridPage, product: Product, search: uuid.UUID) -> None:
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.tick(3)
    page.scroll_to(450)
    page.shows(expected, at=450)
    page.tick(452, shift=True)
    says(page, "450 selected")
    page.scroll_to(240)
    page.shows(expected, at=240)
    until(page.all_ticked, "rows in between are not ticked")
    says(page, "450 selected")

    page.scroll_to(12_000)
    page.shows(expected, at=12_000)
    page.tick(12_002, shift=True)
    until(lambda: "At most 500" in page.text("#grid-notice"), "nothing says that this is too many")
    assert not page.is_shown("#bulk-bar")


def test_all_that_match_are_chosen_without_loading_them(page: GridPage, product: Product, search: uuid.UUID) -> None:
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.tick(0)
    page.click("#select-all-matching")
    says(page, f"All {len(expected):,} matching selected")
    page.scroll_to(17_000)
    page.shows(expected, at=17_000)
    until(page.all_ticked, "rows that came later are not ticked")
    says(page, f"All {len(expected):,} matching selected")
    page.sort_by("title")
    until(lambda: not page.is_shown("#bulk-bar"), "another view keeps the choice")


def says(page: GridPage, text: str) -> None:
    until(lambda: page.text("#bulk-count") == text, f"the bar does not say {text}; it says {page.text('#bulk-count')}")
