"""The page of a search on a desk, and the dark theme."""

from __future__ import annotations

import uuid

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

# Colours as numbers, whatever way CSS wrote them; the background is the first one that is not clear.
_COLOURS = """
const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgb = (css) => {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = css;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data];
};
return arguments[0].map((selector) => {
  const element = document.querySelector(selector);
  if (!element) return null;
  let under = element;
  while (under.parentElement && rgb(getComputedStyle(under).backgroundColor)[3] < 255) under = under.parentElement;
  return [rgb(getComputedStyle(element).color), rgb(getComputedStyle(under).backgroundColor)];
});
"""
PARTS = [
    '#candidate-grid .ag-row .ag-cell[col-id="title"]',
    '#candidate-grid .ag-row .ag-cell[col-id="full_name"] .sx-name',
    '#candidate-grid .ag-header-cell[col-id="title"] .ag-header-cell-text',
]


def test_the_bar_of_actions_is_one_row_between_panel_and_drawer(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    page.open(search).shows(product.ids(search), at=0)
    page.click('#candidate-grid .ag-row[row-index="0"] .sx-name')
    until(lambda: page.is_shown("#stage-select") and page.is_shown("#facet-panel"), "not both are open")
    page.tick(1)
    until(lambda: page.is_shown("#bulk-bar"), "no bar")
    height = "return document.querySelector('#bulk-bar').getBoundingClientRect().height"
    until(lambda: page.driver.execute_script(height) < 50, "the bar takes more than a row")


def test_a_column_is_kept_at_the_left_without_a_mouse(page: GridPage, product: Product, search: uuid.UUID) -> None:
    page.open(search).shows(product.ids(search), at=0)
    page.click(".sx-head-actions .dropdown-toggle:has(+ .dropdown-menu .sx-columns)")
    page.click(".sx-columns summary")
    box = page.element("#column-pinned").find_element(By.XPATH, './/label[normalize-space()="Company"]//input')
    box.send_keys(Keys.SPACE)
    until(lambda: page.is_shown('.ag-pinned-left-header [col-id="company"]'), "the column stays where it was")
    box.send_keys(Keys.SPACE)
    until(lambda: not page.is_shown('.ag-pinned-left-header [col-id="company"]'), "the column cannot be let go again")


def test_the_dark_theme_reaches_into_the_grid(page: GridPage, product: Product, search: uuid.UUID) -> None:
    page.open(search).shows(product.ids(search), at=0)
    was = page.driver.execute_script("return document.documentElement.dataset.bsTheme")
    other = "light" if was == "dark" else "dark"
    try:
        for theme in (other, was):
            page.click("#theme-toggle")
            until(lambda theme=theme: colours_of(page, theme), f"the grid is not {theme}")
        page.driver.refresh()
        page.shows(product.ids(search), at=0)
        until(lambda: colours_of(page, was), f"the grid is not {was} after loading again")
    finally:
        if page.driver.execute_script("return document.documentElement.dataset.bsTheme") != was:
            page.click("#theme-toggle")


def test_the_grid_scrolls_and_the_page_does_not(page: GridPage, product: Product, search: uuid.UUID) -> None:
    page.open(search).shows(product.ids(search), at=0)
    until(lambda: page.is_shown("#facet-panel [data-facet-key]"), "no filter panel")
    page.click('#candidate-grid .ag-row[row-index="0"] .sx-name')
    until(lambda: page.text("#person-body"), "no person")
    wider_and_higher = (
        "const page = document.documentElement;"
        "return [page.scrollWidth - page.clientWidth, page.scrollHeight - page.clientHeight]"
    )
    until(lambda: page.driver.execute_script(wider_and_higher) == [0, 0], "the page scrolls")


def colours_of(page: GridPage, theme: str) -> bool:
    """Whether text and ground are those of a theme, 4.5:1 apart."""
    found = page.driver.execute_script(_COLOURS, PARTS)
    if None in found:
        return False
    pairs = [(light(ink), light(ground)) for ink, ground in found]
    told_apart = all((max(pair) + 0.05) / (min(pair) + 0.05) >= 4.5 for pair in pairs)
    return told_apart and all((ink > ground) == (theme == "dark") for ink, ground in pairs)


def light(rgb: list[int]) -> float:
    """Relative luminance as WCAG 2 has it, 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in rgb[:3])]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# Notes what is asked of the server: paths, and of calls their output. All scripts of the page use this fetch.
_ASKED = """
window.askedFor = [];
const fetching = window.fetch.bind(window);
window.fetch = (url, init) => {
  const output = init && init.body && JSON.parse(init.body).output;
  window.askedFor.push(output || new URL(url, location.href).pathname);
  return fetching(url, init);
};
"""


def test_what_a_page_begins_with_is_asked_for_early_and_once(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"(() => {{{_ASKED}}})();"})
    page.open(search).shows(product.ids(search), at=0)
    asked = page.driver.execute_script("return window.askedFor")
    begin = ["/_dash-layout", "/_dash-dependencies", "page.children", "candidate-grid.getRowsResponse"]
    assert asked[:3] == begin[:3]
    assert {name: asked.count(name) for name in begin} == dict.fromkeys(begin, 1)
    parts = page.driver.execute_script(
        "return performance.getEntriesByType('resource').map((one) => one.name)"
        ".filter((name) => name.includes('/async-community'))"
    )
    # With the fingerprint under which it is kept, and not a second time without.
    assert len(parts) == 1 and ".v" in parts[0], parts
