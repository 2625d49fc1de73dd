"""Rows are chosen: one by one, from here to there, all that match."""

from __future__ import annotations

import uuid

import redis
from selenium.webdriver.common.keys import Keys

from tests.browser.grid_page import GridPage
from tests.browser.product import SCORE, Product
from tests.browser.test_grid_writes import BY_STAGE, set_stages
from tests.waiting import until


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
    page.says("At most 500", "nothing says that this is too many")
    assert not page.is_shown("#bulk-bar")


def test_all_that_match_are_chosen_without_loading_them(page: GridPage, product: Product, search: uuid.UUID) -> None:
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.tick(0)
    page.click("#select-all-matching")
    says(page, f"All {len(expected):,} selected")
    page.scroll_to(17_000)
    page.shows(expected, at=17_000)
    until(page.all_ticked, "rows that came later are not ticked")
    says(page, f"All {len(expected):,} selected")
    page.sort_by("title")
    until(lambda: not page.is_shown("#bulk-bar"), "another view keeps the choice")


def test_places_in_a_list_are_given_up_with_the_list(page: GridPage, product: Product, search: uuid.UUID) -> None:
    """Else those who stand there now would be acted on, whom nobody has chosen."""
    before = product.ids(search, order=BY_STAGE)
    page.open(search, "?sort=stage.asc").shows(before, at=0)
    page.tick(3)
    page.scroll_to(450)
    page.shows(before, at=450)
    page.tick(452, shift=True)
    says(page, "450 selected")
    set_stages(product, search, before[:300], "hired")
    with redis.Redis.from_url(product.redis_url) as client:
        client.flushall()
    after = product.ids(search, order=BY_STAGE)
    page.scroll_to(15_000)
    page.shows(after, at=15_000)
    assert not page.is_shown("#bulk-bar")
    page.says("Nobody is selected any more", "nothing says that nobody is selected")
    page.scroll_to(200)
    page.shows(after, at=200)
    assert page.ticked() == []


def test_who_is_unticked_is_left_out_of_a_stretch_and_of_all(page: GridPage, product: Product) -> None:
    search = product.generate(700, seed=6)
    product.sql("UPDATE candidates SET stage = 'new' WHERE search_id = %(search)s", search=search)
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.tick(3)
    page.scroll_to(450)
    page.shows(expected, at=450)
    page.tick(452, shift=True)
    says(page, "450 selected")
    page.click('#candidate-grid .ag-row[row-index="455"] .ag-cell[col-id="title"]')
    for row, said in ((455, "451 selected"), (452, "450 selected")):
        page.click(f'#candidate-grid .ag-row[row-index="{row}"] .ag-cell[col-id="title"]')
        page.press(Keys.SPACE)
        says(page, said)
    page.click('[data-action="stage"][data-value="shortlisted"]')
    page.says("450 people changed", "nothing says what was done")
    assert stage(product, search, "shortlisted") == [*expected[3:452], expected[455]]

    page.scroll_to(0)
    page.shows(expected, at=0)
    page.tick(0)
    page.click("#select-all-matching")
    says(page, f"All {len(expected)} selected")
    page.tick(1)
    says(page, f"All {len(expected)} but 1 selected")
    page.scroll_to(300)
    page.shows(expected, at=300)
    until(page.all_ticked, "rows that came later are not ticked")
    page.click('[data-action="stage"][data-value="shortlisted"]')
    page.says(f"{len(expected) - 1 - 450} people changed", "nothing says that the job has ended")
    until(lambda: page.driver.execute_script("return document.querySelector('#toast #undo')"), "it offers no Undo")
    assert stage(product, search, "shortlisted") == [one for one in expected if one != expected[1]]
    assert not page.is_shown("#stale-pill")

    page.driver.get(f"{page.url}/runs")
    page.click("[data-undo-batch]")
    until(lambda: stage(product, search, "shortlisted") == [*expected[3:452], expected[455]], "not taken back")


def stage(product: Product, search: uuid.UUID, wanted: str) -> list[str]:
    """Who stands at it, in the order of the fresh view."""
    return product.ids(search, f"c.filter_status = 'active' AND c.stage = '{wanted}'", SCORE)


def says(page: GridPage, text: str) -> None:
    until(lambda: page.text("#bulk-count") == text, f"the bar does not say {text}; it says {page.text('#bulk-count')}")
