"""The search page as a person uses it: what is on the screen, and the hands to change it.

A Recorder in the page notes every loaded row that is ever on the screen, so that a test sees also
what was wrong for a moment only.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.product import spread
from tests.waiting import PATIENCE_S, until

ROW_HEIGHT = 32
# What an element may be for a moment while the page draws it.
PASSING = (StaleElementReferenceException, ElementClickInterceptedException, ElementNotInteractableException)

# Rows that are rendered: [index, row-id or null while it has no data, {col-id: text}]; first and last
# index that can be seen whole; the count above the grid.
_LOOK = """
// Thirty million pixels down, browsers place rows two pixels off.
const SLACK = 4;
const grid = document.querySelector("#candidate-grid");
const body = grid && grid.querySelector(".ag-body-viewport");
if (!body || !window.dash_ag_grid) return null;
const top = body.getBoundingClientRect();
const rows = new Map();
let first = Infinity, last = -1;
for (const row of grid.querySelectorAll(".ag-row[row-index]")) {
  const box = row.getBoundingClientRect();
  const index = Number(row.getAttribute("row-index"));
  if (box.top >= top.top - SLACK && box.bottom <= top.bottom + SLACK) {
    first = Math.min(first, index);
    last = Math.max(last, index);
  }
  const found = rows.get(index) || [index, null, {}];
  for (const cell of row.querySelectorAll(".ag-cell[col-id]")) found[2][cell.getAttribute("col-id")] = cell.innerText;
  const name = row.querySelector("[data-person]");
  if (name) found[1] = name.dataset.person === row.getAttribute("row-id") ? name.dataset.person : "mixed";
  rows.set(index, found);
}
const count = document.querySelector("#row-count");
return { rows: [...rows.values()], first, last, count: count.textContent, exact: count.dataset.exact === "true" };
"""

_RECORD = """
window.seenRows = new Map();
if (!window.recorder) {
  window.recorder = new MutationObserver(() => {
    for (const name of document.querySelectorAll("#candidate-grid .ag-row [data-person]")) {
      const row = name.closest(".ag-row");
      const index = Number(row.getAttribute("row-index"));
      if (!window.seenRows.has(index)) window.seenRows.set(index, new Set());
      window.seenRows.get(index).add(name.dataset.person);
    }
  });
  const all = { childList: true, subtree: true, attributes: true };
  window.recorder.observe(document.querySelector("#candidate-grid"), all);
}
"""

# What is said for some seconds only, above the grid or in a message: kept from the page's first moment on.
_LISTEN = """
window.said = [];
const last = {};
new MutationObserver(() => {
  for (const id of ["grid-notice", "toast"]) {
    const text = document.getElementById(id)?.textContent ?? "";
    if (text && text !== last[id]) window.said.push(text);
    last[id] = text;
  }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""

_SEEN = "return [...window.seenRows].map(([index, ids]) => [index, [...ids]]);"


@dataclass(frozen=True)
class Look:
    """What is on the screen at one moment. ids: row index → row-id; blank: indexes without data."""

    ids: dict[int, str]
    cells: dict[int, dict[str, str]] = field(repr=False)
    blank: list[int]
    first: int
    last: int
    count: str
    exact: bool


@dataclass
class GridPage:
    """One tab that shows a search."""

    driver: Chrome
    url: str
    allowed: list[str] = field(default_factory=list)

    def open(self, search: uuid.UUID | str, query: str = "") -> GridPage:
        self.driver.get(f"{self.url}/search/{search}{query}")
        return self

    def listen(self) -> None:
        """From the next page on, remember what is said."""
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"(() => {{{_LISTEN}}})();"})

    # ---- looking ------------------------------------------------------------------------------
    def look(self) -> Look | None:
        found = self.driver.execute_script(_LOOK)
        if found is None:
            return None
        rows = {row[0]: row for row in found["rows"]}
        return Look(
            ids={index: row[1] for index, row in rows.items() if row[1]},
            cells={index: row[2] for index, row in rows.items()},
            blank=sorted(index for index, row in rows.items() if not row[1]),
            first=found["first"] or 0,
            last=found["last"],
            count=found["count"],
            exact=found["exact"],
        )

    def until(self, condition: Callable[[Look], Any], what: str, seconds: float = PATIENCE_S) -> Look:
        """Look again until it holds; the look for which it did."""
        last: list[Look | None] = [None]

        def holds() -> Look | None:
            last[0] = look = self.look()
            return look if look is not None and condition(look) else None

        try:
            found = until(holds, what, seconds)
        except Exception as error:
            raise AssertionError(f"{what}; on the screen: {last[0]}; console: {self.console()}") from error
        assert isinstance(found, Look)
        return found

    def shows(self, expected: list[str], at: int | None = None, seconds: float = PATIENCE_S) -> Look:
        """Wait until every row on the screen is there and is the right one, and the count is exact.

        expected: row-ids of the whole view. at: an index that must be on the screen.
        """

        def right(look: Look) -> bool:
            full = min(len(expected), look.last + 1) - look.first
            return (
                not look.blank
                and look.exact
                and look.count == counted(len(expected))
                and (at is None or look.first <= at <= look.last)
                and (len(look.ids) >= full if expected else not look.ids)
                and all(index < len(expected) and row == expected[index] for index, row in look.ids.items())
            )

        try:
            return self.until(right, f"right rows{'' if at is None else f' around {at}'}", seconds)
        except AssertionError as error:
            look = self.look()
            raise AssertionError(
                f"{spread(look.ids, expected) if look else 'no grid'}; blank: {look and look.blank}; {error}"
            ) from error

    def record(self) -> None:
        """From now on, remember every row that is shown."""
        self.driver.execute_script(_RECORD)

    def recorded(self) -> dict[int, list[str]]:
        """Row index → row-ids that were shown there since record()."""
        return {index: ids for index, ids in self.driver.execute_script(_SEEN)}

    def showed_only(self, expected: list[str]) -> None:
        """Nothing but the right rows was shown since record(), not even for a moment."""
        assert {at: ids for at, ids in self.recorded().items() if ids != [expected[at]]} == {}

    def element(self, selector: str) -> WebElement:
        """The first element of a CSS selector, as soon as there is one."""
        found = until(lambda: self.driver.find_elements(By.CSS_SELECTOR, selector), f"no {selector}")
        assert isinstance(found[0], WebElement)
        return found[0]

    def text(self, selector: str) -> str:
        return str(self.driver.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def says(self, text: str, what: str) -> None:
        """Wait until the page says it or has said it, since it was loaded."""
        script = "return window.said.some((one) => one.toLowerCase().includes(arguments[0]))"
        until(lambda: self.driver.execute_script(script, text.lower()), what)

    def is_shown(self, selector: str) -> bool:
        # In one step: what is rendered anew between two would be stale.
        script = (
            "return Boolean(document.querySelector(arguments[0])"
            "?.checkVisibility({ visibilityProperty: true, opacityProperty: true }))"
        )
        return bool(self.driver.execute_script(script, selector))

    # ---- doing --------------------------------------------------------------------------------
    def click(self, selector: str) -> None:
        """Once it is shown. What the page renders anew between finding and clicking, or covers, is found again."""
        why = ["it is hidden"]

        def clicked() -> bool:
            element = self.element(selector)
            try:
                if element.is_displayed():
                    element.click()
                    return True
            except PASSING as error:
                why[0] = str(error.msg)
            return False

        try:
            until(clicked, f"{selector} cannot be clicked")
        except AssertionError as error:
            raise AssertionError(f"{error}: {why[0]}") from error

    def scroll_to(self, row: int) -> None:
        """As a jump by the scrollbar: the row comes to the top."""
        self.driver.execute_script(
            "document.querySelector('#candidate-grid .ag-body-viewport').scrollTop = arguments[0]", row * ROW_HEIGHT
        )

    def echo_then_scroll_to(self, *, echo: int, row: int) -> None:
        """The rows are scrolled in the moment in which the scrollbar still tells of an older place."""
        self.driver.execute_script(
            "document.querySelector('#candidate-grid .ag-body-vertical-scroll-viewport').scrollTop = arguments[0];"
            "document.querySelector('#candidate-grid .ag-body-viewport').scrollTop = arguments[1];",
            echo * ROW_HEIGHT,
            row * ROW_HEIGHT,
        )

    def drag_scrollbar_to_end(self) -> None:
        """By the mouse, from the thumb to the foot of the track."""
        bar = self.element("#candidate-grid .ag-body-vertical-scroll-viewport").rect
        x, y, way = int(bar["x"] + bar["width"] / 2), int(bar["y"]) + 22, int(bar["height"]) - 24
        mouse = ActionBuilder(self.driver)
        mouse.pointer_action.move_to_location(x, y).pointer_down()
        for part in range(1, 5):
            mouse.pointer_action.move_to_location(x, y + way * part // 4)
        mouse.pointer_action.pointer_up()
        mouse.perform()

    def sort_by(self, column: str) -> None:
        """Click a header: ascending, descending, none."""
        self.click(f'.ag-header-cell[col-id="{column}"] .ag-header-cell-label')

    def filter_header(self, column: str, text: str) -> None:
        """Type into the filter of a column's header."""
        self.click(f'.ag-header-cell[col-id="{column}"] .ag-header-cell-filter-button')
        box = self.element('.ag-filter input[type="text"]')
        until(box.is_displayed, "the filter does not open")
        box.send_keys(Keys.CONTROL, "a")
        box.send_keys(text or Keys.DELETE)
        self.press(Keys.ESCAPE)

    def search_text(self, text: str) -> None:
        box = self.element("#quick-search")
        box.send_keys(Keys.CONTROL, "a")
        box.send_keys(text or Keys.DELETE)

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def tick(self, row: int, *, shift: bool = False) -> None:
        """Click the checkbox of a row that is on the screen."""

        def clicked() -> bool:
            box = self.element(f'#candidate-grid .ag-row[row-index="{row}"] .ag-selection-checkbox input')
            actions = ActionChains(self.driver)
            if shift:
                actions.key_down(Keys.SHIFT)
            actions.click(box)
            if shift:
                actions.key_up(Keys.SHIFT)
            try:
                actions.perform()
            except StaleElementReferenceException:
                actions.reset_actions()
                return False
            return True

        until(clicked, f"row {row} cannot be ticked")

    def ticked(self) -> list[int]:
        """Indexes of the rows on the screen that are chosen."""
        look = self.look()
        rows = self.driver.execute_script(
            "return [...document.querySelectorAll('#candidate-grid .ag-row[row-index]:has(.ag-checked)')]"
            ".map(row => Number(row.getAttribute('row-index')))"
        )
        # The row that has the focus is kept by the grid, far from the screen too.
        return sorted(row for row in set(rows) if look and look.first <= row <= look.last)

    def all_ticked(self) -> bool:
        look = self.look()
        return look is not None and self.ticked() == list(range(look.first, look.last + 1))

    def clipboard(self) -> str:
        """What was copied last."""
        allowed = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": self.url}
        self.driver.execute_cdp_cmd("Browser.grantPermissions", allowed)
        return str(self.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])"))

    # ---- what the browser says -----------------------------------------------------------------
    def allow(self, pattern: str, why: str) -> None:
        """Console errors that a test provokes; the reason stands in the test."""
        assert why
        self.allowed.append(pattern)

    def console(self) -> list[str]:
        """Errors since the last call that no test allowed."""
        errors = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return [error for error in errors if not any(re.search(pattern, error) for pattern in self.allowed)]


def counted(n: int) -> str:
    """As the page says it."""
    return f"{n:,} {'person' if n == 1 else 'people'}"
