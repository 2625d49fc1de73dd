"""Every page under axe-core, in both themes, in one go: a page that is new is under it, too."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from functools import partial

import pytest

from callbacks.pages import PAGES
from layouts import text
from tests.browser import axe, requests_under_way
from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

# What is explained beside terms is shown, too.
_THEME = """
document.documentElement.dataset.bsTheme = arguments[0];
for (const help of document.querySelectorAll("details.sx-help")) help.open = true;
"""
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
    assert not any(found.values()), said(found)


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
    assert not any(found.values()), said(found)


def shown(page: GridPage, path: str) -> None:
    """The page of an address, as soon as all of it is there."""
    page.driver.get(page.url + path)
    until(lambda: requests_under_way.have_ended(page.driver), f"{path} does not come")
    assert not page.is_shown(_INSTEAD), f"{path} says: {page.text(_INSTEAD)}"


def barriers(page: GridPage) -> list[str]:
    """Of what is shown, in the light theme, and those of the dark one's colours."""
    page.driver.execute_script(_THEME, "light")
    found = axe.violations(page.driver)
    page.driver.execute_script(_THEME, "dark")
    return found + [f"dark: {one}" for one in axe.violations(page.driver, only_colours=True)]


def said(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{path}\n  " + "\n  ".join(parts) for path, parts in found.items() if parts)


def filled(place: dict[str, str], path: str) -> str:
    """An address with its parameters; one of a new kind needs a value in `place`."""
    return re.sub(r"<([^>]+)>", lambda found: place[found[1]], path)
