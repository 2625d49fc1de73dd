"""Comparing people in the browser, with the real model: read, described, waited for, ordered, and taken back."""

from __future__ import annotations

import uuid

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

PEOPLE = 30
STAGES = """return [...document.querySelectorAll('#facet-panel [data-facet-key="stage_in"] .sx-facet-count')]
    .reduce((sum, one) => sum + Number(one.textContent), 0)"""
FILTER = """dash_ag_grid.getApi("candidate-grid").setFilterModel(
    {similarity: {filterType: "number", type: "greaterThanOrEqual", filter: arguments[0]}})"""


def test_people_are_read_compared_and_put_in_order(page: GridPage, product: Product) -> None:
    search = product.generate(PEOPLE, seed=11)
    page.open(search).shows(product.ids(search), at=0)
    # Nobody was read yet: the menu says so, and has them read.
    page.click("#match-menu .dropdown-toggle, #match-menu > button")
    page.click("#match-make")
    until(lambda: read(product, search) == PEOPLE, "people are not read")
    page.open(search).shows(product.ids(search), at=0)
    assert not page.is_shown('.ag-header-cell[col-id="similarity"]')

    # A sentence is read by the job worker; the list orders itself by it.
    page.click("#match-menu .dropdown-toggle, #match-menu > button")
    until(lambda: page.is_shown("#match-text"), "the menu does not open")
    page.element("#match-text").send_keys("Nurse in a children's hospital")
    page.click('#match-menu [data-action="match"][data-value="text"]')
    until(lambda: "match=" in page.driver.current_url, "the list is not compared")
    page.shows(by_likeness(product, search, page), at=0)
    until(lambda: page.is_shown('.ag-header-cell[col-id="similarity"]'), "likeness is not shown")
    until(lambda: "children's hospital" in page.text("#filter-chips"), "what it is like is not said")

    # Only who is at least as alike as the list says; the number goes with the comparison.
    everyone = by_likeness(product, search, page)
    least, count = at_least_as_the_tenth(product, search, page)
    page.driver.execute_script(FILTER, least)
    page.shows(everyone[:count], at=0)
    until(lambda: f"at least {least:g}" in page.text("#filter-chips"), "the filter is not said")
    until(lambda: page.driver.execute_script(STAGES) == count, "figures beside the list are of others")
    page.click('#filter-chips [data-key="match"]')
    page.shows(product.ids(search), at=0)
    assert "similarity" not in page.driver.current_url
    page.driver.back()
    page.shows(everyone[:count], at=0)
    page.click('#filter-chips [data-key="similarity"]')
    page.shows(everyone, at=0)

    # Who is like the second one: they themselves first.
    second = by_likeness(product, search, page)[1]
    page.click('#candidate-grid .ag-row[row-index="1"] .sx-name')
    page.click('#candidate-drawer [data-action="match-person"]')
    page.until(lambda look: look.ids.get(0) == second, "it is not ordered by the person")
    page.click('#filter-chips [data-key="match"]')
    page.shows(product.ids(search), at=0)
    assert "match=" not in page.driver.current_url
    until(lambda: not page.is_shown('.ag-header-cell[col-id="similarity"]'), "likeness is still shown")


def read(product: Product, search: uuid.UUID) -> int:
    ((people,),) = product.sql(
        "SELECT count(*) FROM candidates c JOIN profile_embeddings e USING (profile_id) WHERE c.search_id = %(search)s",
        search=search,
    )
    return int(people)


def at_least_as_the_tenth(product: Product, search: uuid.UUID, page: GridPage) -> tuple[float, int]:
    """How alike the tenth is, as the list shows it, and how many are at least as alike."""
    ((least, count),) = product.sql(
        "WITH alike AS (SELECT round((1 - (e.embedding <=> q.embedding))::numeric, 2) AS shown"
        " FROM candidates c JOIN profile_embeddings e USING (profile_id) JOIN query_embeddings q USING (model_id)"
        " JOIN matches m ON m.text_hash = q.text_hash WHERE m.id = %(match)s AND c.search_id = %(search)s),"
        " tenth AS (SELECT shown FROM alike ORDER BY shown DESC OFFSET 9 LIMIT 1)"
        " SELECT tenth.shown, count(*) FROM alike JOIN tenth ON alike.shown >= tenth.shown GROUP BY 1",
        search=search,
        match=match_of(page),
    )
    return float(least), int(count)


def match_of(page: GridPage) -> int:
    return int(page.driver.current_url.partition("match=")[2].partition("&")[0])


def by_likeness(product: Product, search: uuid.UUID, page: GridPage) -> list[str]:
    """In the order of the match that the address names, by a plain query."""
    return product.ids(
        search,
        order="(SELECT e.embedding <=> q.embedding FROM profile_embeddings e JOIN query_embeddings q USING (model_id)"
        " JOIN matches m ON m.text_hash = q.text_hash"
        " WHERE m.id = %(match)s AND e.profile_id = c.profile_id), c.id DESC",
        match=match_of(page),
    )
