"""A person brings a file: chosen, looked at, mapped, imported, and told what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from tests.browser.grid_page import PASSING, GridPage
from tests.browser.product import Product
from tests.corpus.workbooks import written
from tests.waiting import LONG_S, PATIENCE_S, until

ROWS = 3_000


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """3,000 people in the words of no known export, and one row that names nobody."""
    path = tmp_path / "people.csv"
    lines = [f"Person {n};Engineer;Acme;https://linkedin.com/in/browser-{n}\n" for n in range(ROWS)]
    path.write_text("Kandidat;Title;Company;LinkedIn\n" + "".join(lines) + ";Engineer;Acme;\n", encoding="utf-8")
    return path


class ImportPage:
    """The page `/search/<id>/import` in a tab of its own."""

    def __init__(self, driver: Chrome, product: Product, search: str) -> None:
        self._driver, self._search = driver, search
        driver.get(f"{product.url}/search/{search}/import")

    def find(self, selector: str) -> WebElement:
        found = until(lambda: self._driver.find_elements("css selector", selector), f"there is no {selector}")
        return found[0]

    def click(self, selector: str) -> None:
        """What the page draws anew, moves or covers meanwhile is found again."""

        def clicked() -> bool:
            try:
                self.find(selector).click()
            except PASSING:
                return False
            return True

        until(clicked, f"{selector} cannot be clicked")

    def text(self, selector: str) -> str:
        return str(
            self._driver.execute_script("return document.querySelector(arguments[0])?.innerText || ''", selector)
        )

    def shows(self, selector: str, text: str, seconds: float = PATIENCE_S) -> None:
        until(
            lambda: text in self.text(selector), f"{selector} does not show {text!r}: {self.text(selector)!r}", seconds
        )

    def choose(self, *paths: Path) -> None:
        field = self.find("#import-file")
        # A person's choice replaces the one before; the driver's would be added to it.
        self._driver.execute_script("arguments[0].value = ''", field)
        field.send_keys("\n".join(map(str, paths)))


@pytest.fixture
def empty_search(product: Product, tmp_path: Path) -> str:
    """A search with one person in it."""
    path = tmp_path / "one.csv"
    path.write_text("Name,LinkedIn\nAna Lima,https://linkedin.com/in/ana-lima\n")
    return str(product.command("import", str(path), "--search", f"Import {tmp_path.name}")["search"])


@pytest.fixture
def import_page(new_tab: Callable[..., GridPage], driver: Chrome, product: Product, empty_search: str) -> ImportPage:
    new_tab()
    return ImportPage(driver, product, empty_search)


def test_from_the_file_to_the_people(
    import_page: ImportPage, driver: Chrome, product: Product, empty_search: str, people: Path
) -> None:
    import_page.choose(people)
    import_page.shows("#import-preview", "Person 9")
    assert "Person 10" not in import_page.text("#import-preview")
    assert not import_page.find("#import-start").get_attribute("hidden")

    Select(import_page.find('[data-column="Kandidat"] select')).select_by_visible_text("Full name")
    import_page.click("#import-start")

    import_page.shows("#import-report", "Show the people", LONG_S)
    import_page.shows("#import-report", "3,000 added")
    import_page.shows("#import-report", "1 could not be taken")
    assert import_page.find("#rejected-download").get_attribute("href").endswith("/rejected.csv")
    assert "?run=" in driver.current_url
    assert product.sql("SELECT profile_count FROM searches WHERE id = %(s)s", s=empty_search) == [(ROWS + 1,)]

    driver.refresh()
    import_page.shows("#import-report", "3,000 added")

    driver.get(f"{product.url}/runs")
    import_page.find('[data-testid="run-row"]')
    # In one step: the list is drawn anew while jobs go on.
    listed = """return [...document.querySelectorAll('[data-testid="run-row"]')].map((row) => row.innerText)"""
    until(lambda: any("Import" in row and "Done" in row for row in driver.execute_script(listed)), "it is not listed")


def test_a_file_of_another_kind_is_told_and_the_next_one_is_taken(
    import_page: ImportPage, people: Path, tmp_path: Path
) -> None:
    workbook = tmp_path / "people.xlsx"
    workbook.write_bytes(b"PK\x03\x04 a workbook")
    import_page.choose(workbook)
    import_page.shows("#import-problem", "damaged or not complete")
    import_page.choose(people)
    import_page.shows("#import-preview", "Person 1")
    until(lambda: import_page.text("#import-problem") == "", "the old problem is still told")


def test_several_files_are_corrected_tried_out_and_imported(
    import_page: ImportPage, product: Product, empty_search: str, tmp_path: Path
) -> None:
    table, book = tmp_path / "people.csv", tmp_path / "people.xlsx"
    table.write_text("Export of today\nWer;Firma\nZoë Müller;Acme\n", encoding="utf-8")
    book.write_bytes(written(("Bern", [["Wer"], ["Dan Ode"]]), ("Basel", [["Wer"], ["Eva Roth"]]))())
    import_page.choose(table, book)
    import_page.shows("#import-files", "Excel workbook")

    field = import_page.find('[data-option="header_row"] input')
    field.send_keys(Keys.BACKSPACE, "2", Keys.ENTER)
    import_page.shows("#import-mapping", "Firma")
    import_page.click('[data-option="sheets"] input:not(:checked)')
    import_page.shows("#import-preview", "Eva Roth")
    assert import_page.find('[data-option="header_row"] input').get_attribute("value") == "2"

    Select(import_page.find('[data-column="Wer"] select')).select_by_visible_text("Full name")
    import_page.click("#import-dry-run")
    import_page.shows("#import-dry-run-report", "Nothing was changed.", LONG_S)
    import_page.shows("#import-dry-run-report", "3 added")
    assert product.sql("SELECT profile_count FROM searches WHERE id = %(s)s", s=empty_search) == [(1,)]

    import_page.click("#import-start")
    import_page.shows("#import-report", "3 added", LONG_S)
    assert product.sql("SELECT profile_count FROM searches WHERE id = %(s)s", s=empty_search) == [(4,)]


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    import_page: ImportPage, driver: Chrome, people: Path
) -> None:
    import_page.find("#import-file")
    driver.execute_script("document.getElementById('import-slot').dataset.maxBytes = '1000'")
    import_page.choose(people)
    import_page.shows("#import-problem", "larger than 200 MB")
    requests: list[Any] = json.loads(
        driver.execute_script("return JSON.stringify(performance.getEntriesByType('resource').map(e => e.name))")
    )
    assert [name for name in requests if name.endswith("/uploads")] == []
