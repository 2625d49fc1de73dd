"""A person goes anywhere in a long list: the right rows, at once, and never an empty one."""

from __future__ import annotations

import uuid

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

TITLE = "nullif(c.title_key, '') COLLATE \"C\" ASC NULLS LAST, c.id ASC"


def test_drag_to_the_end_sort_filter_to_three_clear_and_jump_back(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    by_score, by_title = product.ids(search), product.ids(search, order=TITLE)
    name = name_of_three(product, search)
    three = product.ids(search, f"c.filter_status = 'active' AND c.name_key LIKE '%%{name}%%'", order=TITLE)

    page.open(search).shows(by_score, at=0)
    page.drag_scrollbar_to_end()
    page.shows(by_score, at=len(by_score) - 1)

    page.sort_by("title")
    page.shows(by_title, at=0)
    page.scroll_to(20_000)
    page.shows(by_title, at=20_000)

    page.filter_header("full_name", name)
    look = page.shows(three)
    assert len(look.ids) == 3
    page.filter_header("full_name", "")
    page.shows(by_title, at=0)

    page.scroll_to(len(by_title) - 10)
    page.shows(by_title, at=len(by_title) - 1)
    page.scroll_to(0)
    page.shows(by_title, at=0)


def test_an_echo_of_the_scrollbar_does_not_move_the_rows(page: GridPage, product: Product, search: uuid.UUID) -> None:
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.echo_then_scroll_to(echo=14_209, row=13_702)
    page.shows(expected, at=13_702)


def test_a_filter_that_finds_nobody_can_be_cleared_again(page: GridPage, product: Product, search: uuid.UUID) -> None:
    by_score = product.ids(search)
    page.open(search).shows(by_score, at=0)
    for _ in range(2):
        page.filter_header("full_name", "nobody is called this")
        page.shows([])
        assert "Nobody matches" in page.text("#grid-empty")
        page.filter_header("full_name", "")
        page.shows(by_score, at=0)
        assert not page.is_shown("#grid-empty")
    page.filter_header("full_name", "nobody is called this")
    page.search_text("nor this")
    page.shows([])
    until(lambda: page.is_shown('#filter-chips [data-action="clear-filters"]'), "two filters, and no way to clear both")
    page.click('#grid-empty [data-action="clear-filters"]')
    page.shows(by_score, at=0)
    assert page.element("#quick-search").get_attribute("value") == ""
    page.scroll_to(9_000)
    page.shows(by_score, at=9_000)


def name_of_three(product: Product, search: uuid.UUID) -> str:
    """A name that exactly three active people have."""
    found = product.sql(
        "SELECT n.name_key FROM (SELECT name_key FROM candidates WHERE search_id = %(search)s AND"
        " filter_status = 'active' AND name_key ~ '^[a-z]+ [a-z]+$' GROUP BY 1 HAVING count(*) = 3"
        " ORDER BY 1 LIMIT 50) AS n WHERE (SELECT count(*) FROM candidates c WHERE c.search_id = %(search)s"
        " AND c.filter_status = 'active' AND c.name_key LIKE '%%' || n.name_key || '%%') = 3 LIMIT 1",
        search=search,
    )
    return str(found[0][0])
