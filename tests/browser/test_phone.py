"""A search on a phone: cards in place of the grid, the same tabs, filters, search text and drawer, few bytes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import axe
from tests.browser.grid_page import GridPage, counted
from tests.browser.product import Product
from tests.waiting import until

PAGE = 25
# Of everything that the document fetched: what of the grid, and how much the answers of callbacks were.
_FETCHED = """
const all = [...performance.getEntriesByType("resource")];
return {
  grid: all.filter((one) => one.name.includes("dash_ag_grid")).length,
  answers: all.filter((one) => one.name.includes("_dash-update")).reduce((sum, one) => sum + one.decodedBodySize, 0),
};
"""
# Buttons and links of the page that are shown and smaller than a thumb.
_SMALL = """
return [...document.querySelectorAll(arguments[0])]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.textContent);
"""

# A group of the filter panel, and how far a candidate c is from the job of their search.
LIKENESS = '#facet-panel [data-facet="similarity"]'
JOB = "Someone at the beginning of a circle"
DIMENSIONS = 384
DISTANCE = (
    "(SELECT e.embedding <=> q.embedding FROM profile_embeddings e"
    " JOIN query_embeddings q USING (model_id) JOIN searches s ON q.text_hash = query_hash(s.job_description)"
    " WHERE s.id = c.search_id AND e.profile_id = c.profile_id)"
)

_ON_TOP = """
const one = document.querySelector(arguments[0]), box = one.getBoundingClientRect();
const at = document.elementFromPoint(box.left + box.width / 2, box.bottom - 2);
return one === document.activeElement && one.contains(at);
"""
_AT_TOP = """
window.scrollTo(0, 0);
const tab = document.querySelector('#status-tabs [data-value="all"]'), box = tab.getBoundingClientRect();
return tab.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
"""


@pytest.fixture
def phone(new_tab: Callable[..., GridPage]) -> Iterator[GridPage]:
    page = new_tab()
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    # The first document learns how wide the window is; those after it come without the grid's script.
    page.driver.get(page.url)
    until(lambda: page.is_shown("#search-list"), "no searches")
    yield page
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_search_is_walked_through_on_a_phone(phone: GridPage, product: Product, search: uuid.UUID) -> None:
    expected = product.ids(search)
    phone.open(search)
    shows(phone, expected, 0)
    fetched = phone.driver.execute_script(_FETCHED)
    assert fetched["grid"] == 0 and not phone.driver.execute_script("return Boolean(window.dash_ag_grid)")
    assert fetched["answers"] < 150_000
    assert phone.driver.execute_script("return document.documentElement.scrollWidth") == 390
    assert phone.driver.execute_script(_SMALL, ".sx-search-page button, .sx-search-page a.btn") == []

    phone.click('[data-action="cards-next"]')
    shows(phone, expected, PAGE)
    first = "return document.querySelector('#candidate-cards [data-row]').getBoundingClientRect().top"
    until(lambda: 48 <= phone.driver.execute_script(first) < 400, "the first of the page is not in sight")
    # What lies under the header is in the window, so the driver would not scroll to it.
    until(lambda: phone.driver.execute_script(_AT_TOP), "the tabs are not to be seen from the top")
    phone.click('#status-tabs [data-value="all"]')
    everyone = product.ids(search, "true")
    shows(phone, everyone, 0)

    # A person, walked on from, closed again.
    phone.click(f'#candidate-cards [data-person="{everyone[2]}"].sx-name')
    until(lambda: f"person={everyone[2]}" in phone.driver.current_url and phone.is_shown("#stage-select"), "no person")
    phone.click("#drawer-next")
    until(lambda: f"person={everyone[3]}" in phone.driver.current_url, "no next person")
    phone.click('[data-action="close-person"]')
    until(lambda: not phone.is_shown("#candidate-drawer"), "the person stays")
    shows(phone, everyone, 0)


def test_a_card_is_decided_and_taken_back(phone: GridPage, product: Product) -> None:
    search = product.generate(30, seed=31)
    product.sql("UPDATE candidates SET stage = 'new' WHERE search_id = %(search)s", search=search)
    expected = product.ids(search)
    phone.open(search)
    shows(phone, expected, 0)
    assert axe.in_both_themes(phone.driver) == []
    phone.click(f'[data-row="{expected[1]}"] [data-value="shortlisted"]')
    until(lambda: stage(product, expected[1]) == "shortlisted", "it is not saved")
    pressed = f'[data-row="{expected[1]}"] [data-value="shortlisted"][aria-pressed="true"]'
    until(lambda: phone.is_shown(pressed), "the card does not say so")
    phone.click("#undo")
    until(lambda: stage(product, expected[1]) == "new", "it is not taken back")
    until(lambda: not phone.is_shown(pressed), "the card does not say so")

    # Triage, with buttons for a thumb.
    phone.click("#triage-toggle")
    until(lambda: phone.is_shown(".sx-triage-card"), "no triage")
    assert phone.driver.execute_script("return document.documentElement.scrollWidth") == 390
    assert phone.driver.execute_script(_SMALL, ".sx-triage-bar button, .sx-note-box button") == []
    phone.click('[data-triage="reject"]')
    assert axe.in_both_themes(phone.driver) == []
    assert phone.driver.execute_script(_SMALL, ".sx-triage-codes button") == []
    phone.click('[data-triage="reason"][data-value="location"]')
    until(lambda: stage(product, expected[0]) == "rejected", "it is not saved")
    phone.click('[data-triage="undo"]')
    until(lambda: stage(product, expected[0]) == "new", "it is not taken back")


def test_who_is_near_enough_is_chosen_on_a_phone(phone: GridPage, product: Product) -> None:
    """Also that the address of the page of other people says what it compares with, which only a browser can write."""
    search = product.generate(30, seed=37)
    place_on_a_circle(product, search)
    phone.driver.get(f"{phone.url}/search/{search}/match")
    until(lambda: "?match=" in phone.driver.current_url, "the address does not say what is compared with")
    match = phone.driver.current_url.partition("match=")[2]
    phone.open(search, f"?match={match}")
    shows(phone, product.ids(search, order=f"{DISTANCE}, c.id DESC"), 0)

    phone.click('[data-action="toggle-filters"]')
    # Which groups are open is kept from page to page.
    if not phone.is_shown(f"{LIKENESS}[open]"):
        phone.click(f"{LIKENESS} > summary")
    until(lambda: phone.is_shown(f"{LIKENESS} .sx-bar"), "no bars")
    assert phone.driver.execute_script(_SMALL, f"{LIKENESS} :is(summary, .dash-input-container)") == []
    assert phone.driver.execute_script("return document.documentElement.scrollWidth") == 390
    phone.element(f"{LIKENESS} .sx-facet-ends input").send_keys("0.6", Keys.TAB)
    until(lambda: "at least 0.6" in phone.text("#filter-chips"), "the filter is not said")
    assert phone.driver.execute_script(_SMALL, f"{LIKENESS} :is(summary, .dash-input-container, button)") == []
    phone.click('[data-action="close-filters"]')
    near = f"c.filter_status = 'active' AND round((1 - {DISTANCE})::numeric, 2) >= 0.6"
    shows(phone, product.ids(search, near, order=f"{DISTANCE}, c.id DESC"), 0)
    # It goes with what it is about, and so does its group.
    phone.click('#filter-chips [data-key="match"]')
    shows(phone, product.ids(search), 0)
    assert "similarity" not in phone.driver.current_url
    phone.click('[data-action="toggle-filters"]')
    until(lambda: phone.is_shown('#facet-panel [data-facet="stage_in"]'), "no panel")
    assert not phone.is_shown(LIKENESS)
    # Whoever clears everything clears the other filters, too.
    both = {"similarity": least(0.6), "years_experience": least(30)}
    phone.open(search, f"?match={match}&f={quote(json.dumps(both))}")
    phone.click('#filter-chips [data-action="clear-filters"]')
    shows(phone, product.ids(search), 0)
    assert not phone.driver.current_url.partition("?")[2]


def test_many_are_chosen_on_a_phone_staged_and_exported(phone: GridPage, product: Product) -> None:
    search = product.generate(60, seed=32)
    product.sql("UPDATE candidates SET stage = 'new' WHERE search_id = %(search)s", search=search)
    expected = product.ids(search)
    phone.open(search)
    shows(phone, expected, 0)
    for person in expected[:2]:
        phone.click(tick(person))
    until(lambda: phone.text("#bulk-count") == "2 selected", "they are not counted")
    assert axe.in_both_themes(phone.driver, covered=True) == []
    assert phone.driver.execute_script("return document.documentElement.scrollWidth") == 390
    assert phone.driver.execute_script(_SMALL, ".sx-card-tick, .sx-bulk .btn, .sx-cards-head .btn") == []
    # They stay chosen on the next page and back again; by keyboard, since the bar lies over what the driver scrolls to.
    tab_to(phone, '[data-action="cards-next"]')
    phone.press(Keys.ENTER)
    shows(phone, expected, PAGE)
    assert ticked(phone) == []
    tab_to(phone, '[data-action="cards-prev"]')
    phone.press(Keys.ENTER)
    shows(phone, expected, 0)
    until(lambda: ticked(phone) == expected[:2], "they are not chosen any more")
    phone.click('.sx-bulk [data-value="shortlisted"]')
    until(lambda: staged(product, search) == set(expected[:2]), "they are not shortlisted")
    until(lambda: ticked(phone) == [] and not phone.is_shown("#bulk-bar"), "they stay chosen")

    # Everyone but one. What lies under the header is in the window, so the driver would not scroll to it.
    phone.driver.execute_script("window.scrollTo(0, 0)")
    phone.click("#cards-select-all")
    until(lambda: ticked(phone) == expected[:PAGE], "not all are chosen")
    # By script: while axe has been here no message goes by itself, and one lies over some cards.
    phone.driver.execute_script("document.querySelector(arguments[0]).click()", tick(expected[4]))
    until(lambda: phone.text("#bulk-count") == f"All {len(expected)} but 1 selected", "one is not left out")
    phone.click('.sx-bulk [data-value="shortlisted"]')
    everyone = set(expected) - {expected[4]}
    until(lambda: staged(product, search) == everyone, "they are not shortlisted")

    # The same dialog as beside the grid, as large as the window.
    phone.driver.execute_script("document.querySelector('#export-open').click()")
    until(lambda: phone.is_shown("#export-preview [data-rows]"), "no preview")
    assert phone.element("#export-preview [data-rows]").get_attribute("data-rows") == str(len(expected))
    assert axe.in_both_themes(phone.driver, covered=True) == []
    assert phone.driver.execute_script("return document.documentElement.scrollWidth") == 390
    phone.driver.execute_script("document.querySelector('#export-start').click()")
    until(lambda: phone.is_shown("#export-download"), "no file")


def test_a_window_that_is_wide_again_has_its_grid(phone: GridPage, product: Product, search: uuid.UUID) -> None:
    """Its document came for a narrow one, without the grid's script."""
    phone.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    phone.open(search).shows(product.ids(search), at=0)
    assert phone.driver.execute_script("return document.querySelector('#candidate-cards')") is None


def least(number: float) -> dict[str, object]:
    return {"filterType": "number", "type": "greaterThanOrEqual", "filter": number}


def place_on_a_circle(product: Product, search: uuid.UUID) -> None:
    """People three degrees apart and a job description at the first of them, as if they had been read."""
    product.sql(
        "INSERT INTO embedding_models (name, provider, state, live_at) SELECT 'all-MiniLM-L6-v2-int8', 'local', 'live',"
        " now() WHERE NOT EXISTS (SELECT FROM embedding_models WHERE state = 'live')"
    )
    product.sql("SELECT add_embedding_partition(id) FROM embedding_models WHERE state = 'live'")
    product.sql("UPDATE searches SET job_description = %(job)s WHERE id = %(search)s", job=JOB, search=search)
    zeros = f"repeat(',0', {DIMENSIONS - 2}) || ']')::halfvec({DIMENSIONS})"
    product.sql(
        "INSERT INTO profile_embeddings (profile_id, model_id, text_hash, embedding, seen_at)"
        " SELECT p.id, m.id, sha256(p.id::text::bytea),"
        f" ('[' || cosd(3 * c.n) || ',' || sind(3 * c.n) || {zeros}, p.updated_at"
        " FROM (SELECT profile_id, row_number() OVER (ORDER BY id) - 1 AS n FROM candidates"
        "     WHERE search_id = %(search)s) AS c JOIN profiles p ON p.id = c.profile_id"
        " JOIN embedding_models m ON m.state = 'live'",
        search=search,
    )
    product.sql(
        "INSERT INTO query_embeddings (model_id, text_hash, embedding)"
        f" SELECT id, query_hash(%(job)s), ('[1,0' || {zeros} FROM embedding_models WHERE state = 'live'"
        " ON CONFLICT DO NOTHING",
        job=JOB,
    )


def shows(phone: GridPage, expected: list[str], start: int) -> None:
    """Wait until the right cards are there, and how many people there are in all."""
    wanted = expected[start : start + PAGE]
    cards = "return [...document.querySelectorAll('#candidate-cards [data-row]')].map((card) => card.dataset.row)"
    until(lambda: phone.driver.execute_script(cards) == wanted, f"not the cards from {start} on")
    until(lambda: phone.text("#row-count") == counted(len(expected)), "not how many there are")


def tab_to(phone: GridPage, selector: str) -> None:
    """Give it the focus, as Tab would. It must not lie under what stays in front."""
    phone.driver.execute_script("document.querySelector(arguments[0]).focus({ focusVisible: true })", selector)
    until(lambda: phone.driver.execute_script(_ON_TOP, selector), f"{selector} is covered")


def tick(person: str) -> str:
    return f'[data-row="{person}"] [role="checkbox"]'


def ticked(phone: GridPage) -> list[str]:
    """Whose cards on the page are chosen, in their order."""
    script = (
        "return [...document.querySelectorAll('#candidate-cards [aria-checked=true]')].map((box) => box.dataset.person)"
    )
    return [str(person) for person in phone.driver.execute_script(script)]


def staged(product: Product, search: uuid.UUID) -> set[str]:
    found = product.sql(
        "SELECT id::text FROM candidates WHERE search_id = %(search)s AND stage = 'shortlisted'", search=search
    )
    return {row[0] for row in found}


def stage(product: Product, person: str) -> str:
    found = product.sql("SELECT stage FROM candidates WHERE id = %(person)s", person=int(person))
    return str(found[0][0])
