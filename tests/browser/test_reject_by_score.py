"""Rejecting people whom only a score chose, in the browser: the dialog, its reason, and Undo."""

from __future__ import annotations

import json
import uuid
from urllib.parse import urlencode

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until


def test_a_rejection_by_score_is_asked_about_confirmed_and_taken_back(page: GridPage, product: Product) -> None:
    search = product.generate(40, seed=7)
    product.sql(
        "UPDATE candidates c SET score = u.place / 10.0 FROM (SELECT id, row_number() OVER (ORDER BY id) AS place"
        " FROM candidates WHERE search_id = %(search)s) AS u WHERE c.id = u.id",
        search=search,
    )
    low = {"score": {"filterType": "number", "type": "lessThan", "filter": 2}}
    people = rejected_below(product, search)
    page.open(search, "?" + urlencode({"status": "all", "f": json.dumps(low)}))
    page.shows(product.ids(search, "c.score < 2"), at=0)
    page.tick(0)
    until(lambda: page.is_shown("#select-all-matching"), "everyone cannot be selected")
    page.click("#select-all-matching")
    page.click("#bulk-bar .dropdown-toggle")
    until(lambda: page.is_shown('#bulk-bar [data-action="stage"][data-value="rejected"]'), "no stages")
    page.click('#bulk-bar [data-action="stage"][data-value="rejected"]')
    until(lambda: page.is_shown("#reject-reason"), "nothing asks")
    assert f"{people} people would be rejected" in page.text("#reject-body")
    confirm(page)
    until(lambda: "Say in a few words" in page.text("#reject-problem"), "a reason is not asked for")
    page.element("#reject-reason").send_keys("No work permit, the only must.")
    confirm(page)
    until(lambda: not page.is_shown("#reject-reason"), "the dialog stays")
    until(lambda: stages(product, search) == people, "they are not rejected")
    until(lambda: page.is_shown("#undo"), "no Undo")
    page.click("#undo")
    until(lambda: stages(product, search) == 0, "they stay rejected")


def confirm(page: GridPage) -> None:
    """At once, wherever the dialog is on its way in."""
    page.driver.execute_script("document.querySelector('#reject-confirm').click()")


def rejected_below(product: Product, search: uuid.UUID) -> int:
    """How many people the view of the test has."""
    ((people,),) = product.sql(
        "SELECT count(*) FROM candidates WHERE search_id = %(search)s AND score < 2", search=search
    )
    return int(people)


def stages(product: Product, search: uuid.UUID) -> int:
    """How many are rejected now."""
    ((people,),) = product.sql(
        "SELECT count(*) FROM candidates WHERE search_id = %(search)s AND stage = 'rejected' AND score < 2",
        search=search,
    )
    return int(people)
