"""Sixty people decided one after the other, by keyboard alone."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest
from selenium.webdriver.common.keys import Keys

from services.decisions.refuse_reasons import CODES
from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

PEOPLE = 60
_HEARD = """
const [heard, seen] = ["#triage-name", ".sx-triage-card h2"].map((one) => document.querySelector(one)?.textContent);
return Boolean(heard) && heard === seen;
"""
_KEPT = "return window.sessionStorage.getItem('sx-triage-left')"
_OLD = """
const { user } = document.querySelector(".sx-shell").dataset;
window.sessionStorage.setItem("sx-triage-left", JSON.stringify({ user, search: "", steps: [{}], at: 1 }));
"""
# Every request that writes in triage is held for ever; where it is said so, the server is away for those after it.
_HELD = """
const send = window.fetch;
window.fetch = (resource, options) => {
  if (String(options?.body).startsWith('{"output":"triage-done')) return new Promise(() => {});
  const away = String(resource).endsWith("/left") && window.sessionStorage.getItem("away");
  return away ? Promise.reject(new TypeError("away")) : send(resource, options);
};
"""


@pytest.fixture(scope="module")
def sixty(product: Product) -> uuid.UUID:
    """A search of its own: what is decided in it, nobody else counts."""
    made = product.generate(PEOPLE, seed=60)
    product.sql(
        "UPDATE candidates SET stage = 'new', stage_changed_at = NULL WHERE search_id = %(search)s", search=made
    )
    return made


def test_sixty_people_are_decided_by_keyboard_alone(page: GridPage, product: Product, sixty: uuid.UUID) -> None:
    expected = product.ids(sixty, "true")
    page.driver.get(f"{page.url}/search/{sixty}/triage?status=all")
    decided: dict[str, tuple[str, str]] = {}
    for at, person in enumerate(expected):
        until(lambda person=person: turn_of(page) == person, f"person {at} does not come")
        assert page.text("#triage-position") == f"{at + 1} of {PEOPLE}"
        until(lambda: page.driver.execute_script(_HEARD), "nobody who only hears it learns who that is")
        if at % 10 == 3:
            page.press("x")
        elif at % 4 == 0:
            page.press("s")
            decided[person] = ("shortlisted", "")
        else:
            code = CODES[at % len(CODES)]
            page.press("r", str(CODES.index(code) + 1))
            decided[person] = ("rejected", code)
    until(lambda: page.is_shown("#triage-end"), "it does not end")
    until(lambda: saved(page) == (len(decided), 0), "not all are saved")
    assert kept(product, sixty) == decided

    # The last three are taken back, one decided anew, and the skipped ones gone through.
    for person in reversed(list(decided)[-3:]):
        page.press("u")
        until(lambda person=person: turn_of(page) == person and saved(page)[1] == 0, "Undo does not go back")
        del decided[person]
    assert kept(product, sixty) == decided
    decided[turn_of(page)] = ("shortlisted", "")
    page.press("s")
    until(lambda: saved(page) == (len(decided), 0), "it is not saved")
    assert kept(product, sixty) == decided
    assert Counter(stage for stage, _ in decided.values())["rejected"] > 30

    # A note: letters are letters there, and Escape leads back to the keys.
    page.press("n")
    until(lambda: focus(page) == "triage-note", "N does not lead to the note")
    page.press("s", "j", Keys.ESCAPE)
    until(lambda: focus(page) == "triage", "Escape does not lead back")
    assert page.element("#triage-note").get_attribute("value") == "sj"
    assert kept(product, sixty) == decided
    page.press("?")
    until(lambda: page.is_shown("#triage-help"), "? does not show the keys")


def test_who_leaves_by_back_loses_no_decision(page: GridPage, product: Product) -> None:
    search = product.generate(8, seed=61)
    product.sql("UPDATE candidates SET stage = 'new' WHERE search_id = %(search)s", search=search)
    first, second, third, fourth, *_ = product.ids(search, "true")
    # Answers to decisions never come, so whatever is decided waits.
    page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"(() => {{{_HELD}}})();"})
    triage = f"{page.url}/search/{search}/triage?status=all"

    def decide(*keys: tuple[str, ...]) -> None:
        for way in keys:
            person = until(lambda: turn_of(page), "nobody's turn comes")
            page.press(*way)
            until(lambda person=person: turn_of(page) not in ("", person), "the next one does not come")
        until(lambda: saved(page) == (len(keys), len(keys)), "it does not wait")

    page.driver.get(triage)
    decide(("s",), ("r", "2"))
    # To a page that is none of ours and sends nothing more.
    page.driver.get("about:blank")
    decided = {first: ("shortlisted", ""), second: ("rejected", CODES[1])}
    until(lambda: kept(product, search) == decided, "what was decided did not go out with the page")

    # The server is away in that moment: the page after it sends it again, and says so.
    page.driver.get(f"{page.url}/search/{search}?status=all")
    page.shows(product.ids(search, "true"))
    until(lambda: not page.driver.execute_script(_KEPT), "what was sent along is not asked about")
    page.driver.get(f"{triage}&person={third}")
    page.driver.execute_script("window.sessionStorage.setItem('away', '1')")
    decide(("s",), ("s",))
    page.driver.back()
    page.says("not saved yet", "nothing says that they are not saved")
    assert kept(product, search) == decided
    page.driver.execute_script("window.sessionStorage.removeItem('away')")
    page.says("last 2 decisions", "nothing says that they were saved")
    decided |= {third: ("shortlisted", ""), fourth: ("shortlisted", "")}
    assert kept(product, search) == decided
    # What nobody asked about for long is not sent, and said.
    page.driver.execute_script(_OLD)
    page.driver.refresh()
    page.says("last decision in triage may not have been saved", "nothing says that it may not have been saved")
    assert not page.driver.execute_script(_KEPT)


def turn_of(page: GridPage) -> str:
    """Whose turn it is: by the page and by what is on it."""
    by_page, shown = page.driver.execute_script(
        "return [document.querySelector('#triage')?.dataset.person,"
        " document.querySelector('.sx-triage-card')?.dataset.candidate]"
    )
    return by_page if by_page and by_page == shown else ""


def saved(page: GridPage) -> tuple[int, int]:
    """How many are decided, and how many of that are still on their way."""
    data = page.driver.execute_script("return { ...document.querySelector('#triage').dataset }")
    return int(data["decided"]), int(data["saving"])


def focus(page: GridPage) -> str:
    return str(page.driver.execute_script("return document.activeElement.id"))


def kept(product: Product, search: uuid.UUID) -> dict[str, tuple[str, str]]:
    """What the database has: of whoever is not new, stage and reason of the decision that holds."""
    found = product.sql(
        "SELECT c.id::text, c.stage, (SELECT b.reason FROM changes h JOIN change_batches b ON b.id = h.batch_id"
        " WHERE h.candidate_id = c.id AND h.field = 'stage' AND b.undone_at IS NULL AND b.undoes IS NULL"
        " ORDER BY b.id DESC LIMIT 1) FROM candidates c WHERE c.search_id = %(search)s AND c.stage <> 'new'",
        search=search,
    )
    return {person: (stage, reason) for person, stage, reason in found}
