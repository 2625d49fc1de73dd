"""From the people one chose to what a vendor knew of them, with its source and age, and what one writes oneself."""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys

from layouts import text
from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.stubs.salesql_server import SalesqlStub
from tests.waiting import until

ESTIMATE = '[data-testid="vendor-estimate"]'


def test_people_are_chosen_estimated_looked_for_and_shown_with_source_and_age(
    page: GridPage, product: Product, salesql: SalesqlStub
) -> None:
    small = product.generate(12, seed=11)
    product.sql(
        "UPDATE profiles p SET email = '' FROM candidates c WHERE c.profile_id = p.id AND c.search_id = %(search)s",
        search=small,
    )
    one, other = sorted(product.ids(small))[:2]
    page.driver.get(f"{product.url}/search/{small}/enrich?people={one}.{other}")
    until(lambda: page.is_shown("#enrich-start"), "the page does not open")
    until(lambda: text.ENRICH_NO_ESTIMATE in page.element("#enrich-estimate").text, "nothing is said before a choice")
    page.click('#enrich-wants input[value="email"]')
    until(lambda: "SalesQL: about 2 people" in page.element(ESTIMATE).text, "no estimate")
    page.click("#enrich-start")
    until(lambda: page.is_shown('.sx-run[data-state="done"]'), "the run does not come to its end")
    # Nothing is left to look for, and the estimate says so without being asked.
    until(lambda: text.ENRICH_ALL_KNOWN in page.element("#enrich-estimate").text, "the estimate is the old one")
    assert len(salesql.asked) == 2

    page.driver.get(f"{product.url}/search/{small}?status=all&person={one}")
    contact = '[data-testid="contact"][data-kind="email"]'
    until(lambda: page.is_shown(contact), "no contact in the drawer")
    said = page.element(contact).text
    assert "@work.example" in said and "SalesQL" in said
    assert page.element(f"{contact} time").get_attribute("datetime")

    page.click("#person-edit-open")
    box = page.element('[id*="person-edit"][id*="email"]')
    box.send_keys(Keys.CONTROL, "a", Keys.DELETE)
    box.send_keys("mine@example.com")
    page.click("#person-edit-save")
    edited = '[data-testid="person-edited"][data-field="email"]'
    until(lambda: page.is_shown(edited), "the edit is not shown")
    assert "mine@example.com" in page.element(edited).text and text.PERSON_EDITED_BY_YOU in page.element(edited).text
    page.click(f"{edited} button")
    until(lambda: not page.is_shown(edited), "the source's value does not come back")
