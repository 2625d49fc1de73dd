"""The list of searches and its address agree, by Back and Forward and the link in the header; and a quick hand."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import requests_under_way
from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

TITLES = ("Listed Alpha", "Listed Beta")
# The list's button of a title, marked, so that one that was drawn anew is another one.
_MARK = """
const row = [...document.querySelectorAll("#search-list tr")].find((one) => one.innerText.includes(arguments[0]));
const button = row?.querySelector(".sx-row-menu > button");
if (!button) return false;
button.marked = true;
button.focus();
return true;
"""
_MARKED = "return Boolean(document.activeElement?.marked)"
# At once, as by pasting: what is typed slowly is looked for as it stands.
_PASTE = """
const box = document.querySelector("#search-q");
Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, arguments[0]);
box.dispatchEvent(new Event("input", { bubbles: true }));
"""


@pytest.fixture
def listed(product: Product) -> Iterator[None]:
    made = [uuid.uuid4() for _ in TITLES]
    for search_id, title in zip(made, TITLES, strict=True):
        product.sql(
            "INSERT INTO searches (id, user_id, title) SELECT %(id)s, min(id), %(title)s FROM users",
            id=search_id, title=title,
        )  # fmt: skip
    yield
    product.sql("DELETE FROM searches WHERE id = ANY(%(made)s)", made=made)


def says(page: GridPage, query: str, typed: str, *, shown: tuple[str, ...], hidden: tuple[str, ...] = ()) -> None:
    """Address, field and list, all three."""

    def agree() -> bool:
        found = page.text("#search-list")
        return (
            urlsplit(page.driver.current_url).query == query
            and page.driver.execute_script("return document.querySelector('#search-q')?.value") == typed
            and all(title in found for title in shown)
            and not any(title in found for title in hidden)
        )

    until(agree, f"?{query} is not what the list shows: {page.text('#search-list')}")


def test_address_field_and_list_agree_through_back_forward_and_the_header(page: GridPage, listed: None) -> None:
    alpha, beta = TITLES
    page.driver.get(page.url)
    says(page, "", "", shown=TITLES)
    page.driver.execute_script(_PASTE, "listed al")
    says(page, "q=listed+al", "listed al", shown=(alpha,), hidden=(beta,))
    page.driver.execute_script(_PASTE, "listed be")
    says(page, "q=listed+be", "listed be", shown=(beta,), hidden=(alpha,))
    page.driver.back()
    says(page, "q=listed+al", "listed al", shown=(alpha,), hidden=(beta,))
    page.driver.back()
    says(page, "", "", shown=TITLES)
    page.driver.forward()
    page.driver.forward()
    says(page, "q=listed+be", "listed be", shown=(beta,), hidden=(alpha,))
    # From another page back to what was narrowed.
    page.click("#search-list tbody a")
    until(lambda: "/search/" in page.driver.current_url and page.is_shown("#row-count"), "no search")
    page.driver.back()
    says(page, "q=listed+be", "listed be", shown=(beta,), hidden=(alpha,))
    page.click("#nav a[href='/']")
    says(page, "", "", shown=TITLES)


def test_a_menu_that_is_opened_at_once_stays_open(page: GridPage, listed: None) -> None:
    """The list came a second time with each page: who was quick had a menu that was gone."""
    requests_under_way.count(page.driver)
    page.driver.get(page.url)
    until(lambda: page.driver.execute_script(_MARK, TITLES[0]), "no menu")
    page.press(Keys.ENTER)
    until(lambda: page.is_shown(".sx-row-menu .dropdown-menu.show"), "the menu does not open")
    until(lambda: requests_under_way.have_ended(page.driver), "the page goes on asking")
    assert page.driver.execute_script(_MARKED), "the list was drawn anew"
    assert page.is_shown(".sx-row-menu .dropdown-menu.show")
