"""Every page under axe-core, in both themes, in one go: a page that is new is under it, too."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from functools import partial

import pytest
from selenium.webdriver.common.keys import Keys

from callbacks.pages import PAGES
from layouts import text
from tests.browser import axe, requests_under_way
from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

# What is explained beside terms is shown, too.
_HELP = 'for (const help of document.querySelectorAll("details.sx-help")) help.open = true'
# No page ever comes.
_NO_PAGE = """
const send = window.fetch;
window.fetch = (resource, options) =>
  String(options?.body).startsWith('{"output":"page.children') ? new Promise(() => {}) : send(resource, options);
"""
_IN_GRID = "return Boolean(document.activeElement.closest('#candidate-grid .ag-body'))"
_FOCUSED = "return document.activeElement.id"
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


@pytest.fixture
def newcomer(page: GridPage, product: Product) -> Iterator[uuid.UUID]:
    """Somebody who has nothing, signed in in this browser for a while; the id of the search that becomes theirs."""
    page.driver.get(page.url + "/account")
    before = page.driver.get_cookie("sx_session")
    hidden = product.sql("UPDATE searches s SET visibility = 'private' FROM searches o WHERE o.id = s.id"
                         " AND o.visibility <> 'private' RETURNING s.id, o.visibility")  # fmt: skip
    search = uuid.uuid4()
    try:
        session = product.sign_in("newcomer@example.com", "Nora Newcomer")
        page.driver.add_cookie(before | {"value": session})
        yield search
    finally:
        page.driver.add_cookie(before)
        product.sql("DELETE FROM searches WHERE id = %(search)s", search=search)
        for hid, visibility in hidden:
            product.sql("UPDATE searches SET visibility = %(v)s WHERE id = %(id)s", v=visibility, id=hid)


def test_no_page_has_a_barrier_in_either_theme(page: GridPage, product: Product, place: dict[str, str]) -> None:
    requests_under_way.count(page.driver)
    found: dict[str, list[str]] = {}
    search = place["uuid:search_id"]
    # Of a page with several addresses the last one: it shows the most.
    paths = {function: path for path, function in PAGES}
    for path in map(partial(filled, place), paths.values()):
        if path == f"/search/{search}":
            path += f"?status=all&person={product.ids(uuid.UUID(search), 'true')[0]}"
        shown(page, path)
        if "person=" in path:
            until(lambda: page.is_shown("#candidate-grid .ag-row .sx-name"), "no rows")
            until(lambda: page.is_shown("#stage-select"), "no person")
        found[path] = barriers(page)
    assert told(found) == ""


def test_nothing_that_opens_on_a_search_has_a_barrier_and_the_focus_comes_back(
    page: GridPage, product: Product, place: dict[str, str]
) -> None:
    search, found = place["uuid:search_id"], dict[str, list[str]]()
    everyone = product.ids(uuid.UUID(search), "true")

    def look(state: str) -> None:
        found[state] = axe.in_both_themes(page.driver)

    page.open(search, f"?status=all&person={everyone[0]}").shows(everyone)
    until(lambda: page.is_shown("#stage-select"), "no person")
    assert page.element("#candidate-grid .ag-root").get_attribute("aria-label")
    # Tab leads out of the rows, of which there may be a million.
    page.click('#candidate-grid .ag-row[row-index="0"] .ag-cell[col-id="title"]')
    until(lambda: page.driver.execute_script(_IN_GRID), "the cell has no focus")
    page.press(Keys.TAB)
    until(lambda: not page.driver.execute_script(_IN_GRID), "Tab stays in the rows")
    page.tick(1)
    page.click(".sx-reject-menu .dropdown-toggle")
    until(lambda: page.is_shown('.sx-reject-menu [data-value="skills"]'), "no reasons")
    page.driver.execute_script("document.querySelector('#user-menu').open = true")
    look("a person, the bar of actions, and menus")
    page.press(Keys.ESCAPE, Keys.ESCAPE)
    page.click("#export-open")
    until(lambda: page.is_shown("#export-preview [data-rows]"), "no preview")
    look("a dialog")
    page.press(Keys.ESCAPE)
    until(lambda: page.driver.execute_script(_FOCUSED) == "export-open", "the focus is not back on what opened it")

    page.driver.get(f"{page.url}/search/{search}/triage?status=all")
    until(lambda: page.is_shown(".sx-triage-card"), "no triage")
    page.press("r")
    until(lambda: page.is_shown("#triage-reasons"), "no reasons")
    look("why not, in triage")
    page.press(Keys.ESCAPE)
    until(lambda: page.driver.execute_script(_FOCUSED) == "triage", "the focus is not back on the person")
    page.press("?")
    until(lambda: page.is_shown("#triage-help"), "no keys")
    look("keys of triage")

    page.allow("403", "nobody may see what is not there")
    page.driver.get(f"{page.url}/search/{uuid.UUID(int=0)}")
    until(lambda: page.is_shown(_INSTEAD), "nothing says that there is no such search")
    look("no such search")

    # While the page is on its way; and nothing moves for those who asked for that.
    reduced = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": reduced})
    page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"(() => {{{_NO_PAGE}}})();"})
    page.driver.get(page.url)
    until(lambda: page.is_shown("#page .sx-skeleton"), "nothing stands in for the page")
    until(lambda: page.driver.execute_script("return document.getAnimations().length") == 0, "it moves")
    look("a page on its way")
    assert told(found) == ""


def test_the_first_minute_and_empty_pages_have_no_barrier(
    page: GridPage, product: Product, newcomer: uuid.UUID
) -> None:
    requests_under_way.count(page.driver)
    found: dict[str, list[str]] = {}

    def look(*places: tuple[str, str]) -> None:
        for path, words in places:
            shown(page, path)
            until(lambda words=words: words in page.text("#page"), f"{path} does not say {words!r}")
            found[path] = [*found.get(path, []), *barriers(page)]

    look(
        ("/", text.EMPTY_TITLE), ("/?q=nothing", text.EMPTY_FOUND), ("/?state=deleted", text.EMPTY_DELETED),
        ("/duplicates", ""), ("/mentions", ""), ("/runs", ""), ("/usage", text.USAGE_EMPTY_TITLE), ("/analytics", ""),
    )  # fmt: skip
    product.sql(
        "INSERT INTO searches (id, user_id, title, visibility, source)"
        " SELECT %(search)s, id, 'First', 'private', 'sample' FROM users WHERE email = 'newcomer@example.com'",
        search=newcomer,
    )
    inside = f"/search/{newcomer}"
    look(
        ("/", text.FIRST_STEPS_TITLE), (inside, text.FIRST_STEPS_NEXT.strip()), (f"{inside}/ledger", ""),
        (f"{inside}/triage", ""),
    )  # fmt: skip
    assert told(found) == ""


def shown(page: GridPage, path: str) -> None:
    """The page of an address, as soon as all of it is there."""
    page.driver.get(page.url + path)
    until(lambda: requests_under_way.have_ended(page.driver), f"{path} does not come")
    assert not page.is_shown(_INSTEAD), f"{path} says: {page.text(_INSTEAD)}"


def barriers(page: GridPage) -> list[str]:
    """Of a page as it stands, with what is explained beside its terms."""
    page.driver.execute_script(_HELP)
    return axe.in_both_themes(page.driver)


def told(found: dict[str, list[str]]) -> str:
    """What was found, by where."""
    return "\n".join(f"{where}\n  " + "\n  ".join(barriers) for where, barriers in found.items() if barriers)


def filled(place: dict[str, str], path: str) -> str:
    """An address with its parameters; one of a new kind needs a value in `place`."""
    return re.sub(r"<([^>]+)>", lambda found: place[found[1]], path)
