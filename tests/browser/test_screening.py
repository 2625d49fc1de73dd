"""What only a browser can show of the screening page: it asks nothing while nobody sees it."""

from __future__ import annotations

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

TICK = "return window.dash_clientside.screening.tick(3) === window.dash_clientside.no_update"
HIDE = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })"
SHOW = "delete document.hidden"


def test_a_page_that_is_hidden_does_not_ask_how_far_a_screening_is(page: GridPage, product: Product) -> None:
    small = product.generate(20, seed=9)
    page.driver.get(f"{product.url}/search/{small}/screen")
    until(lambda: page.is_shown("#screen-start"), "the screening page does not open")
    assert page.driver.execute_script(TICK) is False
    page.driver.execute_script(HIDE)
    assert page.driver.execute_script(TICK) is True
    page.driver.execute_script(SHOW)
    assert page.driver.execute_script(TICK) is False
