"""A recruiter's way through filtering: a list, a rule, its figures, applying it, and a person who comes back."""

from __future__ import annotations

import uuid

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import LONG_S, until

OUT = (
    "c.filter_status = 'filtered_blacklist' AND c.id IN (SELECT candidate_id FROM exclusions WHERE restored_at IS NULL)"
)


@pytest.fixture(scope="module")
def small(product: Product) -> uuid.UUID:
    """A search of its own: what is left out here is missed nowhere else."""
    return product.generate(400, seed=7)


def choose(page: GridPage, selector: str, label: str) -> None:
    """A choice of a Select, whose list may be shown anew meanwhile."""
    until(lambda: label in page.text(selector), f"{label} is not among the choices of {selector}")
    Select(page.element(selector)).select_by_visible_text(label)


def test_a_list_becomes_a_rule_that_is_tried_applied_and_taken_back_for_one(
    page: GridPage, product: Product, small: uuid.UUID
) -> None:
    driver = page.driver
    ((company, many),) = product.sql(
        "SELECT p.company, count(*) FROM candidates c JOIN profiles p ON p.id = c.profile_id"
        " WHERE c.search_id = %(search)s AND c.filter_status = 'active' AND p.company <> ''"
        " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1",
        search=small,
    )

    driver.get(f"{product.url}/lists")
    page.click("#list-new")
    until(lambda: page.is_shown("#list-name"), "the form of a list does not open")
    choose(page, "#list-kind", "Blacklisted companies")
    page.element("#list-name").send_keys("Never again", Keys.ENTER)
    until(lambda: driver.current_url.rpartition("/")[2].isdecimal(), "the new list does not open")
    page.element("#list-text").send_keys(company)
    page.click("#list-text-add")
    until(lambda: company in page.text("#list-entries"), "the entry is not shown")

    driver.get(f"{product.url}/search/{small}/filter")
    page.click("#filter-add")
    until(lambda: page.is_shown('[data-testid="filter-rule"]'), "the rule is not shown")
    choose(page, ".sx-rule-list_id select", "Never again (Blacklisted companies)")
    until(
        lambda: "is on the list “Never again”" in page.text(".sx-rule-sentence"), "the rule does not say what it does"
    )
    page.click("#dry-run-start")
    until(lambda: f"{many} of " in page.text('[data-testid="dry-run-total"]'), "the figures are not shown")
    page.click(".sx-dry-samples button")
    until(lambda: company in page.text(".sx-samples"), "nobody is named")
    page.click("#filter-apply")
    until(lambda: page.is_shown('#filter-progress [data-state="done"]'), "the rules are not applied", LONG_S)
    out = product.ids(small, OUT)
    assert len(out) == many

    page.open(small, f"?status=filtered&person={out[0]}")
    until(lambda: company in page.text('[data-testid="why-out"]'), "the drawer does not say why")
    page.click('[data-action="restore-person"]')
    until(lambda: product.ids(small, OUT) == out[1:], "nobody came back")
    until(lambda: "was left out before" in page.text("#person-body").lower(), "the drawer still says the old")
    driver.get(f"{product.url}/search/{small}/funnel")
    until(lambda: page.is_shown("#funnel .funnellayer path"), "the funnel is not drawn")
