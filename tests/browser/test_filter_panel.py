"""The filter panel as a recruiter uses it: tick, draw a range, find a company, take chips away."""

from __future__ import annotations

import json
import uuid

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.grid_page import GridPage, counted
from tests.browser.product import Product
from tests.waiting import until

ACTIVE = "c.filter_status = 'active'"


def body(page: GridPage, key: str) -> str:
    return page.text(f'#facet-panel details[data-facet="{key}"] .sx-facet-body')


def values(page: GridPage, key: str) -> dict[str, bool]:
    """What stands at the values of a group ("Shortlisted, 1,234") → whether it is ticked."""
    script = """return [...document.querySelectorAll(`#facet-panel [data-facet-key="${arguments[0]}"]`)]
        .map((el) => [el.getAttribute("aria-label"), el.getAttribute("aria-checked") === "true"]);"""
    return {label: ticked for label, ticked in page.driver.execute_script(script, key)}


def is_open(page: GridPage, key: str) -> bool:
    selector = f'#facet-panel details[data-facet="{key}"]'
    page.element(selector)
    return bool(page.driver.execute_script("return document.querySelector(arguments[0]).open", selector))


def tick(page: GridPage, key: str, value: str) -> None:
    selector = f'#facet-panel [data-facet-key="{key}"][data-facet-value="{json.dumps(value)[1:-1]}"]'
    page.click(selector.replace(f'"{json.dumps(value)[1:-1]}"]', f"'{json.dumps(value)}']"))


def chips(page: GridPage) -> list[str]:
    return page.driver.execute_script(
        "return [...document.querySelectorAll('#filter-chips [data-key]')].map((el) => el.title)"
    )


def end(page: GridPage, key: str, which: str) -> str:
    """What stands in a box of a range."""
    script = "return document.querySelectorAll(arguments[0])[arguments[1]]?.value"
    return str(page.driver.execute_script(script, ends(key), 0 if which == "from" else 1))


def ends(key: str) -> str:
    return f'#facet-panel details[data-facet="{key}"] .sx-facet-ends input'


def type_end(page: GridPage, key: str, which: str, *typed: str) -> None:
    """Type into a box of a range, in place of what stands there."""

    def done() -> bool:
        try:
            box = page.driver.find_elements(By.CSS_SELECTOR, ends(key))[0 if which == "from" else 1]
            box.send_keys(Keys.CONTROL, "a")
            box.send_keys(*typed)
        except (StaleElementReferenceException, IndexError):
            return False
        return True

    until(done, f"nothing can be typed into {which} of {key}")


def toggle(page: GridPage, key: str) -> None:
    """Open a group, or close it."""
    page.click(f'#facet-panel details[data-facet="{key}"] > summary')


# The line loses the panel's groups as often as one request for them is sent; giving up is a matter of seconds.
_LOST = """
let lost = 3;
const [fetching, later] = [window.fetch.bind(window), window.setTimeout.bind(window)];
window.fetch = (url, init) => {
  if (!lost || !String(init?.body).startsWith('{"output":"filter-panel.children"')) return fetching(url, init);
  lost -= 1;
  return Promise.resolve(new Response("", { status: 502 }));
};
window.setTimeout = (what, ms, ...given) => later(what, ms === 15000 ? 2500 : ms, ...given);
window.leftToLose = () => lost;
"""


def test_a_panel_that_was_lost_on_the_way_comes_by_itself(page: GridPage, product: Product, search: uuid.UUID) -> None:
    page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"(() => {{{_LOST}}})();"})
    page.open(search)
    until(lambda: page.is_shown("#facet-panel [data-facet-key]"), "there are no filters")
    assert page.driver.execute_script("return window.leftToLose()") == 0


def test_tick_values_and_take_them_away_by_their_chip(page: GridPage, product: Product, search: uuid.UUID) -> None:
    page.open(search).shows(product.ids(search), at=0)
    shortlisted = product.ids(search, f"{ACTIVE} AND c.stage = 'shortlisted'")
    strong = product.ids(search, f"{ACTIVE} AND c.stage = 'shortlisted' AND c.fit = 'strong'")
    until(lambda: f"Shortlisted, {len(shortlisted):,}" in values(page, "stage_in"), "stages are not counted")

    tick(page, "stage_in", "shortlisted")
    page.shows(shortlisted, at=0)
    # Its own counts stay; the others' follow.
    until(lambda: f"Strong, {len(strong):,}" in values(page, "fit_in"), "fits do not follow")
    assert values(page, "stage_in")[f"Shortlisted, {len(shortlisted):,}"]
    tick(page, "fit_in", "strong")
    page.shows(strong)
    until(lambda: chips(page) == ["fit is “strong”", "stage is “shortlisted”"], "no chips")

    # The link says it all; a colleague and the way back do, too.
    assert "f=" in page.driver.current_url
    page.driver.back()
    page.shows(shortlisted, at=0)
    until(lambda: not any(values(page, "fit_in").values()), "the way back leaves a tick")
    page.click('#filter-chips [data-key="stage_in"]')
    page.shows(product.ids(search), at=0)
    until(lambda: chips(page) == [] and not any(values(page, "stage_in").values()), "the chip stays")


def test_two_quick_ticks_both_count(page: GridPage, product: Product, search: uuid.UUID) -> None:
    page.open(search).shows(product.ids(search), at=0)
    until(lambda: len(values(page, "stage_in")) == 6, "stages are not counted")
    page.driver.execute_script(
        """for (const value of ["hired", "rejected"])
            document.querySelector(`#facet-panel [data-facet-value='"${value}"']`).click();"""
    )
    page.shows(product.ids(search, f"{ACTIVE} AND c.stage IN ('hired', 'rejected')"), at=0)
    page.click('#facet-panel [data-facet-clear="stage_in"]')
    page.shows(product.ids(search), at=0)


def test_a_range_by_its_bars_and_by_numbers(page: GridPage, product: Product, search: uuid.UUID) -> None:
    page.open(search).shows(product.ids(search), at=0)
    if not is_open(page, "score"):
        toggle(page, "score")
    bars = "return document.querySelectorAll('[data-facet-bar=score]').length"
    until(lambda: page.driver.execute_script(bars) == 20, "no bars")
    page.driver.execute_script("document.querySelectorAll('[data-facet-bar=score]')[12].click()")  # 6 to 6.4
    page.shows(product.ids(search, f"{ACTIVE} AND c.score >= 6 AND c.score < 6.5"), at=0)
    until(lambda: end(page, "score", "from") == "6", "the box does not follow")

    type_end(page, "score", "to", "7", Keys.ENTER)
    page.shows(product.ids(search, f"{ACTIVE} AND c.score BETWEEN 6 AND 7"), at=0)
    until(lambda: chips(page) == ["score is from 6 to 7"], "no chip")
    type_end(page, "score", "from", Keys.DELETE, Keys.ENTER)
    page.shows(product.ids(search, f"{ACTIVE} AND c.score <= 7"), at=0)
    page.click('#filter-chips [data-key="score"]')
    page.shows(product.ids(search), at=0)
    until(lambda: end(page, "score", "to") == "", "the box does not follow the chip")
    toggle(page, "score")


def test_a_bar_of_days_shows_as_many_as_it_says(page: GridPage, product: Product, search: uuid.UUID) -> None:
    page.open(search).shows(product.ids(search), at=0)
    if not is_open(page, "screened_at"):
        toggle(page, "screened_at")
    until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "[data-facet-bar=screened_at]"), "no bars")
    script = """return [...document.querySelectorAll("[data-facet-bar=screened_at]")].map((bar) => bar.title)"""
    titles = page.driver.execute_script(script)
    for at in (0, len(titles) // 2, len(titles) - 1):
        said = int(titles[at].rpartition(": ")[2].replace(",", ""))
        click = "document.querySelectorAll('[data-facet-bar=screened_at]')[arguments[0]].click()"
        page.driver.execute_script(click, at)
        wanted = counted(said)
        page.until(lambda look, n=wanted: look.exact and look.count == n, f"not as the bar says: {titles[at]}")
    first = titles[-1].partition(" to ")[0].partition(":")[0]
    until(lambda: end(page, "screened_at", "from") == first, "the box does not follow")
    toggle(page, "screened_at")


def test_whose_e_mail_is_known(page: GridPage, product: Product, search: uuid.UUID) -> None:
    known = product.ids(search, f"{ACTIVE} AND c.has_email")
    page.open(search).shows(product.ids(search), at=0)
    toggle(page, "has_email")
    until(lambda: f"Yes, {len(known):,}" in values(page, "has_email"), "not counted")
    page.click("""#facet-panel [data-facet-key="has_email"][data-facet-value="true"]""")
    page.shows(known, at=0)
    until(lambda: chips(page) == ["e-mail known is yes"], "no chip")
    page.driver.refresh()
    page.shows(known, at=0)
    until(lambda: values(page, "has_email").get(f"Yes, {len(known):,}"), "the tick is not there after loading again")
    toggle(page, "has_email")


def test_find_a_company_that_is_not_among_the_top(page: GridPage, product: Product, search: uuid.UUID) -> None:
    company = rare_company(product, search)
    page.open(search).shows(product.ids(search), at=0)
    toggle(page, "company_in")
    until(lambda: "20 most frequent" in body(page, "company_in"), "companies do not come")
    assert company not in body(page, "company_in")
    box = page.element('#facet-panel details[data-facet="company_in"] .sx-facet-find input')
    box.send_keys(company.upper())
    until(lambda: company in body(page, "company_in"), "not found")
    tick(page, "company_in", company)
    page.shows(product.ids(search, f"{ACTIVE} AND c.company_key = sx_key(%(company)s)", company=company))
    # Without the text it stands below the top, still ticked.
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(Keys.DELETE)
    until(lambda: sum(values(page, "company_in").values()) == 1 and len(values(page, "company_in")) == 21, "not shown")
    # Open groups stay open.
    page.driver.refresh()
    page.shows(product.ids(search, f"{ACTIVE} AND c.company_key = sx_key(%(company)s)", company=company))
    assert is_open(page, "company_in")
    until(lambda: sum(values(page, "company_in").values()) == 1, "the tick is not there after loading again")
    toggle(page, "company_in")


def rare_company(product: Product, search: uuid.UUID) -> str:
    """A company of one to three active people."""
    import psycopg

    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            """SELECT min(p.company) FROM candidates c JOIN profiles p ON p.id = c.profile_id
            WHERE c.search_id = %s AND c.filter_status = 'active' AND c.company_key <> ''
            GROUP BY c.company_key HAVING count(*) <= 3 ORDER BY length(c.company_key) DESC LIMIT 1""",
            (search,),
        ).fetchone()
    assert row is not None
    return str(row[0])
