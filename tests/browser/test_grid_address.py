"""The address says what is shown: it can be sent to a colleague, and Back and Forward go through it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

COMPANY = "nullif(c.company_key, '') COLLATE \"C\" ASC NULLS LAST, c.id ASC"
ENGINEERS = "c.title_key LIKE '%%engineer%%'"
PYTHON = "(c.search_tsv @@ 'python' OR c.name_key LIKE '%%python%%' OR c.company_key LIKE '%%python%%')"


def test_what_is_chosen_stands_in_the_address_and_a_second_tab_shows_the_same(
    new_tab: Callable[..., GridPage], product: Product, search: uuid.UUID
) -> None:
    page = new_tab()
    page.open(search).shows(product.ids(search), at=0)
    page.click('#status-tabs [data-value="all"]')
    page.shows(product.ids(search, "true"), at=0)
    page.filter_header("title", "Engineer")
    page.shows(product.ids(search, ENGINEERS), at=0)
    page.sort_by("company")
    page.shows(product.ids(search, ENGINEERS, COMPANY), at=0)
    page.search_text("python")
    found = product.ids(search, f"{ENGINEERS} AND {PYTHON}", COMPANY)
    assert found
    page.shows(found, at=0)

    assert address(page) == {
        "status": "all",
        "q": "python",
        "sort": "company.asc",
        "f": {"title": {"filterType": "text", "type": "contains", "filter": "Engineer"}},
    }
    page.click("#copy-link")
    page.says("copied", "nothing says that the link was copied")
    link = page.clipboard()
    assert link == page.driver.current_url

    second = new_tab()
    second.driver.get(link)
    second.shows(found, at=0)
    assert second.element("#quick-search").get_attribute("value") == "python"
    assert second.element('#status-tabs [data-value="all"]').get_attribute("aria-selected") == "true"
    assert second.is_shown(
        '.ag-header-cell[col-id="title"] .ag-filter-active, .ag-header-cell-filtered[col-id="title"]'
    )
    assert second.element('.ag-header-cell[col-id="company"]').get_attribute("aria-sort") == "ascending"


def test_back_and_forward_go_through_the_views(page: GridPage, product: Product, search: uuid.UUID) -> None:
    everyone, engineers = product.ids(search), product.ids(search, f"c.filter_status = 'active' AND {ENGINEERS}")
    sorted_engineers = product.ids(search, f"c.filter_status = 'active' AND {ENGINEERS}", COMPANY)
    page.open(search).shows(everyone, at=0)
    page.filter_header("title", "engineer")
    page.shows(engineers, at=0)
    page.sort_by("company")
    page.shows(sorted_engineers, at=0)
    page.click('#status-tabs [data-value="filtered"]')
    filtered = product.ids(search, f"c.filter_status <> 'active' AND {ENGINEERS}", COMPANY)
    page.shows(filtered, at=0)

    for expected in (sorted_engineers, engineers, everyone):
        page.driver.back()
        page.shows(expected, at=0)
    assert address(page) == {}
    assert page.element('#status-tabs [data-value="active"]').get_attribute("aria-selected") == "true"
    for expected in (engineers, sorted_engineers, filtered):
        page.driver.forward()
        page.shows(expected, at=0)
    page.driver.refresh()
    page.shows(filtered, at=0)


def test_back_out_of_a_person_leaves_the_reader_where_they_were(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.scroll_to(12_000)
    page.shows(expected, at=12_000)
    page.tick(12_001)
    page.record()
    page.click('#candidate-grid .ag-row[row-index="12003"] .sx-name')
    until(lambda: page.is_shown("#stage-select"), "no person")
    assert address(page) == {"person": expected[12_003]}
    page.driver.back()
    until(lambda: not page.is_shown("#candidate-drawer"), "Back does not close the person")
    look = page.shows(expected, at=12_001)
    assert look.first > 11_900
    assert page.ticked() == [12_001]
    page.driver.forward()
    until(lambda: page.is_shown("#stage-select"), "Forward does not open the person")
    page.shows(expected, at=12_003)
    page.showed_only(expected)


def test_back_from_another_page_shows_the_view_that_was_left(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    page.open(search).shows(product.ids(search), at=0)
    page.sort_by("company")
    by_company = product.ids(search, order=COMPANY)
    page.shows(by_company, at=0)
    page.click(".sx-crumb")
    page.element("#search-list")
    page.driver.back()
    page.shows(by_company, at=0)
    page.scroll_to(8_000)
    page.shows(by_company, at=8_000)


def test_two_tabs_on_different_views_do_not_disturb_one_another(
    new_tab: Callable[..., GridPage], product: Product, search: uuid.UUID
) -> None:
    by_score, by_company = product.ids(search), product.ids(search, order=COMPANY)
    first = new_tab()
    here = first.driver.current_window_handle
    first.open(search).shows(by_score, at=0)
    second = new_tab()
    there = second.driver.current_window_handle
    second.open(search, "?sort=company.asc").shows(by_company, at=0)
    for row in (11_000, 24_000):
        first.driver.switch_to.window(here)
        first.scroll_to(row)
        first.shows(by_score, at=row)
        second.driver.switch_to.window(there)
        second.scroll_to(row + 500)
        second.shows(by_company, at=row + 500)
    assert address(second) == {"sort": "company.asc"}
    first.driver.switch_to.window(here)
    assert address(first) == {}


def test_a_link_with_parts_that_nobody_knows_shows_the_rest_and_says_so(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    page.open(search, "?status=nowhere&sort=company.asc&f=%7Bbroken&colour=red")
    page.shows(product.ids(search, order=COMPANY), at=0)
    page.says("left out", "nothing says that a part was left out")


def address(page: GridPage) -> dict[str, object]:
    """The query of the address; f as it was chosen."""
    parts = {name: values[0] for name, values in parse_qs(urlsplit(page.driver.current_url).query).items()}
    return {name: json.loads(value) if name == "f" else value for name, value in parts.items()}
