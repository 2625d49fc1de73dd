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


def test_words_of_the_search_text_are_marked_in_the_person_and_in_triage(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    """As the search finds them, whole or by their beginning, without accents and case; not what must not be there."""
    person = product.ids(search, "c.search_tsv @@ 'python & sql'")[0]
    query = "?status=all&q=PYTHON+sql*+-nowhere"

    def marked() -> set[str]:
        script = "return [...(CSS.highlights.get('sx-words') || [])].map((one) => one.toString().toLowerCase())"
        return set(page.driver.execute_script(script))

    def are_marked() -> bool:
        found = marked()
        return found >= {"python", "sql"} and all(one == "python" or one.startswith("sql") for one in found)

    page.open(search, f"{query}&person={person}")
    until(are_marked, "the words are not marked")
    # The next person may be other text in the same parts, and another text may be looked for.
    page.driver.execute_script("document.querySelector('#person-body h2').firstChild.nodeValue = 'Sqlbert'")
    until(lambda: "sqlbert" in marked(), "what was written anew is not marked")
    page.search_text("python sq*")
    until(lambda: marked() == {"python"}, "what was looked for before is still marked, or what is not found by")
    page.driver.get(f"{page.url}/search/{search}/triage{query}&person={person}")
    until(lambda: page.is_shown("#triage-body .sx-triage-card") and are_marked(), "they are not marked in triage")


def shows(page: GridPage, person: str) -> None:
    """The person stands in the address once they are shown, and the focus is in the drawer."""
    until(lambda: f"person={person}" in page.driver.current_url, f"person {person} is not shown")
    focused = "return document.querySelector('#candidate-drawer').contains(document.activeElement)"
    until(lambda: page.is_shown("#stage-select") and page.driver.execute_script(focused), "the focus is elsewhere")
