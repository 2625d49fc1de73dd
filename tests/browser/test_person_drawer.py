"""One person after the other, by keyboard."""

from __future__ import annotations

import uuid

from selenium.webdriver.common.keys import Keys

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until


def test_a_person_is_opened_walked_through_and_closed_by_keyboard(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    page.click('#candidate-grid .ag-row[row-index="1"] .ag-cell[col-id="title"]')
    page.press(Keys.ENTER)
    shows(page, expected[1])
    for key, at in ((Keys.ARROW_RIGHT, 2), ("j", 3), ("k", 2), (Keys.ARROW_LEFT, 1), ("j", 2)):
        page.press(key)
        shows(page, expected[at])
    # Where text is typed, letters and arrows are text.
    page.element("#note-input").send_keys("jk", Keys.ARROW_LEFT)
    assert page.element("#note-input").get_attribute("value") == "jk"
    shows(page, expected[2])
    page.element("#note-input").send_keys(Keys.CONTROL, "a", Keys.DELETE)
    page.press(Keys.ESCAPE)
    until(lambda: not page.is_shown("#candidate-drawer"), "Escape does not close the person")
    assert page.driver.switch_to.active_element.get_attribute("data-person") == expected[2]
    assert "person=" not in page.driver.current_url

    # A letter alone is no command elsewhere, so that speech input can say it.
    page.press("j", "/")
    assert not page.is_shown("#candidate-drawer")
    page.driver.switch_to.active_element.send_keys(Keys.CONTROL, "k")
    until(lambda: page.driver.switch_to.active_element.get_attribute("id") == "quick-search", "Ctrl K does not search")


def test_words_of_the_search_text_are_marked_in_the_person(page: GridPage, product: Product, search: uuid.UUID) -> None:
    """Whole words, without accents and case, and nothing of what must not be there."""
    person = product.ids(search, "c.search_tsv @@ 'python & sql'")[0]
    query = "?status=all&q=PYTHON+sq*+-nowhere"

    def are_marked() -> bool:
        script = "return [...(CSS.highlights.get('sx-words') || [])].map((one) => one.toString().toLowerCase())"
        found = set(page.driver.execute_script(script))
        return "python" in found and all(one == "python" or one.startswith("sq") for one in found)

    page.open(search, f"{query}&person={person}")
    until(are_marked, "the words are not marked")


def shows(page: GridPage, person: str) -> None:
    """The person stands in the address once they are shown, and the focus is in the drawer."""
    until(lambda: f"person={person}" in page.driver.current_url, f"person {person} is not shown")
    focused = "return document.querySelector('#candidate-drawer').contains(document.activeElement)"
    until(lambda: page.is_shown("#stage-select") and page.driver.execute_script(focused), "the focus is elsewhere")
