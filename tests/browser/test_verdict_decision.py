"""A recruiter decides differently from the model, from the grid's cell on and by keyboard."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from services.grid.column_state import PREFERENCE
from services.grid.grid_columns import COLUMNS, MARKS
from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

# Two criteria of one weight: both passed is 10, one of them 5.
SCREENED = """
WITH r AS (INSERT INTO rubrics (search_id, version, job_description, created_by)
    SELECT id, 1, 'A job', user_id FROM searches WHERE id = %(search)s RETURNING id),
k AS (INSERT INTO criteria (rubric_id, position, title, question, kind, weight)
    SELECT r.id, n, title, title || '?', 'should', 1
    FROM r, (VALUES (1, 'Kubernetes in production'), (2, 'Lives nearby')) AS given (n, title) RETURNING id),
v AS (INSERT INTO verdicts (candidate_id, criterion_id, input_hash, model, prompt_version, verdict, evidence_field,
        evidence_quote)
    SELECT c.id, k.id, '', 'm', 'v', 'pass', 'headline', 'as written' FROM candidates c, k
    WHERE c.search_id = %(search)s)
UPDATE candidates SET score = 10, fit = 'strong', screened_at = now() WHERE search_id = %(search)s
RETURNING id::text, (SELECT question_field('Kubernetes in production?'))
"""


# Few columns, so that all of them stay on the screen beside the drawer.
SHOWN = ("full_name", "score", "fit")


@pytest.fixture
def screened(product: Product) -> Iterator[tuple[uuid.UUID, str]]:
    """A small search whose people all passed; and the column of the first criterion."""
    search = product.generate(3, seed=7)
    field = product.sql(SCREENED, search=search)[0][1]
    columns = [{"colId": name, "hide": name not in SHOWN} for name in (*COLUMNS, *MARKS)]
    product.sql(
        "INSERT INTO user_preferences (user_id, name, value) SELECT user_id, %(key)s, %(columns)s::jsonb"
        # A test before may have left a choice of columns: the page keeps one when columns are arranged.
        " FROM searches WHERE id = %(search)s ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value",
        key=PREFERENCE, columns=json.dumps(columns), search=search,
    )  # fmt: skip
    yield search, field
    product.sql("DELETE FROM user_preferences WHERE name = %(key)s", key=PREFERENCE)


def test_a_verdict_is_decided_differently_and_the_row_follows(
    page: GridPage, product: Product, screened: tuple[uuid.UUID, str]
) -> None:
    search, field = screened
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    # The column is there to be chosen.
    menu = next(one for one in page.driver.find_elements(By.CSS_SELECTOR, ".sx-head .dropdown-toggle")
                if one.text == "Columns")  # fmt: skip
    menu.click()
    page.click(f'.sx-columns input[value="{field}"]')
    page.press(Keys.ESCAPE)
    first = f'#candidate-grid .ag-row[row-index="0"] .ag-cell[col-id="{field}"]'
    until(lambda: page.is_shown(first), "the criterion has no column")
    # With a sign: the verdict is of another model than the one in use.
    until(lambda: page.text(first).startswith("Pass"), "the verdict is not in its cell")
    kept = "SELECT count(*) FROM user_preferences WHERE value::text LIKE '%%' || %(field)s || '%%'"
    until(lambda: product.sql(kept, field=field) == [(1,)], "the choice of columns is not kept")

    # Enter on its cell leads to the evidence.
    page.driver.execute_script("document.querySelector(arguments[0]).focus()", first)
    page.press(Keys.ENTER)
    verdict = f'#candidate-evidence [data-column="{field}"]'
    focused = "return document.activeElement.dataset.column === arguments[0]"
    until(lambda: page.driver.execute_script(focused, field), "the focus is not at the verdict")

    # Without a reason it is not kept.
    page.click(f"{verdict} .sx-verdict-form summary")
    Select(page.element(f"{verdict} select")).select_by_visible_text("Fail")
    page.click(f"{verdict} .sx-verdict-form button")
    until(lambda: "in a few words" in page.text("#verdict-problem"), "nothing is said about the reason")
    assert product.sql("SELECT count(*) FROM overrides o JOIN candidates c ON c.id = o.candidate_id"
                       " WHERE c.search_id = %(search)s", search=search) == [(0,)]  # fmt: skip
    page.element(f"{verdict} textarea").send_keys("Read about it only.")
    page.click(f"{verdict} .sx-verdict-form button")

    # Both values, in the drawer; the column, the score and the fit in the grid.
    until(lambda: "the model said pass" in page.text(verdict), "the drawer does not show both values")
    assert "Read about it only." in page.text(verdict) and "Fail" in page.text(verdict)
    row = page.until(lambda look: "Fail" in look.cells[0].get(field, ""), "the cell does not follow").cells[0]
    assert row["score"].strip().endswith("5.0") and row["fit"].strip().lower().startswith("possible")
    assert "Together 5 of 10" in page.text('[data-testid="score-sum"]')
    assert not page.is_shown("#stale-pill")
    assert product.sql("SELECT score::float8, fit, stage FROM candidates WHERE id = %(one)s", one=expected[0]) == [
        (5.0, "possible", "new")]  # fmt: skip
