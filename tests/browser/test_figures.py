"""Figures in a real browser: charts that are drawn, and a table of counts that is read from a file and handed in."""

from __future__ import annotations

from pathlib import Path

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

TABLE = "Gruppe;group;applicants;selected\nF;Frauen;120;24\nM;Männer;140;42\n"


def test_charts_are_drawn_for_a_team_and_for_one_search(page: GridPage, product: Product) -> None:
    search = product.generate(60, seed=11)
    page.driver.get(f"{product.url}/analytics")
    until(lambda: page.is_shown("#analytics-funnel .funnellayer path"), "the funnel is not drawn")
    page.driver.get(f"{product.url}/search/{search}/analytics")
    until(lambda: page.is_shown("#analytics-scores .bars path"), "the scores are not drawn")
    page.click('[data-testid="analytics-scores"] summary')
    until(lambda: page.is_shown('[data-testid="analytics-scores"] table'), "the table is not shown")


def test_a_file_of_counts_is_read_looked_at_and_compared(page: GridPage, product: Product, tmp_path: Path) -> None:
    page.driver.get(f"{product.url}/admin/fairness")
    until(lambda: page.is_shown("#fairness-file input"), "there is no field for a file")
    large, picture, good = tmp_path / "large.csv", tmp_path / "picture.csv", tmp_path / "counts.csv"
    large.write_bytes(b"x" * 100_001)
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    good.write_bytes(TABLE.encode("cp1252"))
    field = page.element("#fairness-file input")
    field.send_keys(str(large))
    until(lambda: "larger" in page.text("#fairness-answer"), "nothing is said of a large file")
    field.send_keys(str(picture))
    until(lambda: "no text" in page.text("#fairness-answer"), "nothing is said of a file that is no text")
    field.send_keys(str(good))
    until(lambda: "Männer" in str(page.element("#fairness-text").get_attribute("value")), "the file is not read")
    page.element("#fairness-name").send_keys("Autumn")
    page.click("#fairness-add")
    until(lambda: "0.67" in page.text('[data-testid="fairness-selection"]'), "the groups are not compared")
    until(lambda: page.element("#fairness-text").get_attribute("value") == "", "what was handed in is still there")
