"""Every page under axe-core, in both themes, in one go: a page that is new is under it, too."""

from __future__ import annotations

import re
import uuid
from functools import partial

import pytest

from callbacks.pages import PAGES
from tests.browser import axe
from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

# What is explained beside terms is shown, too.
_THEME = """
document.documentElement.dataset.bsTheme = arguments[0];
for (const help of document.querySelectorAll("details.sx-help")) help.open = true;
"""
# How many requests are on their way, from the document's first moment on.
_COUNT = """
window.flying = 0;
const send = window.fetch;
window.fetch = (...given) => {
  window.flying += 1;
  return send(...given).finally(() => (window.flying -= 1));
};
"""
# A page is there when its heading is (what stands in for it has none), and nothing more is asked for.
_READY = "return Boolean(document.querySelector('#page h1')) && window.flying === 0"
# What is said in place of a page that cannot be shown has a heading, too.
_INSTEAD = "#page .sx-message"


@pytest.fixture(scope="module")
def place(product: Product) -> dict[str, str]:
    """What stands for the parameters of addresses."""
    search = product.generate(40, seed=40)
    user = product.sql("SELECT user_id FROM searches WHERE id = %(search)s", search=search)[0][0]
    made = product.sql(
        "INSERT INTO lists (user_id, name, kind, holds) VALUES (%(user)s, 'Accessible', 'custom', 'companies')"
        " RETURNING id",
        user=user,
    )
    report = product.sql(
        "INSERT INTO impact_reports (user_id, title) VALUES (%(user)s, 'Accessible') RETURNING id", user=user
    )
    product.sql(
        "INSERT INTO impact_groups (report_id, position, name, hidden, applicants, selected)"
        " VALUES (%(report)s, 1, 'One', false, 40, 20), (%(report)s, 2, 'Other', false, 30, 9)",
        report=report[0][0],
    )
    # Two versions of the criteria, of which a page may show the older one.
    product.sql(
        "INSERT INTO rubrics (search_id, version, job_description, created_by)"
        " VALUES (%(search)s, 1, 'Nurses', %(user)s), (%(search)s, 2, 'Nurses', %(user)s)",
        search=search,
        user=user,
    )
    product.sql(
        "INSERT INTO criteria (rubric_id, position, title, question, kind, weight)"
        " SELECT id, 1, 'Nights', 'Do they work at night?', 'must', 1 FROM rubrics WHERE search_id = %(search)s",
        search=search,
    )
    return {
        "uuid:search_id": str(search), "int:list_id": str(made[0][0]), "int:version": "1", "int:period": "30",
        "int:report_id": str(report[0][0]),
    }  # fmt: skip


def test_no_page_has_a_barrier_in_either_theme(page: GridPage, product: Product, place: dict[str, str]) -> None:
    page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"(() => {{{_COUNT}}})();"})
    found: dict[str, list[str]] = {}
    search = place["uuid:search_id"]
    # Of a page with several addresses the last one: it shows the most.
    paths = {function: path for path, function in PAGES}
    for path in map(partial(filled, place), paths.values()):
        if path == f"/search/{search}":
            path += f"?status=all&person={product.ids(uuid.UUID(search), 'true')[0]}"
        page.driver.get(page.url + path)
        until(lambda: page.driver.execute_script(_READY), f"{path} does not come")
        assert not page.is_shown(_INSTEAD), f"{path} says: {page.text(_INSTEAD)}"
        if "person=" in path:
            until(lambda: page.is_shown("#candidate-grid .ag-row .sx-name"), "no rows")
            until(lambda: page.is_shown("#stage-select"), "no person")
        page.driver.execute_script(_THEME, "light")
        barriers = axe.violations(page.driver)
        page.driver.execute_script(_THEME, "dark")
        barriers += [f"dark: {one}" for one in axe.violations(page.driver, only_colours=True)]
        if barriers:
            found[path] = barriers
    assert not found, "\n".join(f"{path}\n  " + "\n  ".join(barriers) for path, barriers in found.items())


def filled(place: dict[str, str], path: str) -> str:
    """An address with its parameters; one of a new kind needs a value in `place`."""
    return re.sub(r"<([^>]+)>", lambda found: place[found[1]], path)
