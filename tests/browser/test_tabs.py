"""Two tabs of one person: what is done in one is told in the other, and neither goes on with what is no more."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.grid_page import GridPage
from tests.browser.product import Product
from tests.waiting import until

# The page looks by the clock, every few seconds; here it looks at once, too.
_LOOK = "window.dash_clientside.set_props('version-clock', { n_intervals: Math.round(performance.now()) })"
_THEME = "return document.documentElement.dataset.bsTheme"


def test_what_is_done_in_one_tab_is_told_in_the_other(new_tab: Callable[..., GridPage], product: Product) -> None:
    search = product.generate(40, seed=44)
    product.sql("UPDATE candidates SET stage = 'new' WHERE search_id = %(search)s", search=search)
    expected = product.ids(search)
    one = new_tab().open(search)
    one.shows(expected, at=0)
    first = one.driver.current_window_handle
    usual = one.driver.execute_script(_THEME)
    other = new_tab().open(search)
    other.shows(expected, at=0)

    other.tick(0)
    other.click('[data-action="stage"][data-value="shortlisted"]')
    other.says("1 person changed", "nothing is changed")
    other.click("#saved-views .dropdown-toggle")
    until(lambda: other.is_shown("#saved-view-name"), "the menu does not open")
    other.element("#saved-view-name").send_keys("Made beside")
    other.click("#saved-view-save")
    until(lambda: "Made beside" in other.text("#saved-view-list"), "the view is not saved")
    other.click("#theme-toggle")
    until(lambda: other.driver.execute_script(_THEME) != usual, "the theme stays")

    one.driver.switch_to.window(first)
    until(lambda: one.driver.execute_script(_THEME) != usual, "the theme stays in the tab beside")
    one.driver.execute_script(_LOOK)
    until(lambda: one.is_shown("#stale-pill"), "nothing tells of newer data")
    one.click("#stale-pill")
    one.until(lambda look: look.cells.get(0, {}).get("stage") == "Shortlisted", "the stage is not shown")
    one.click("#saved-views .dropdown-toggle")
    until(lambda: "Made beside" in one.text("#saved-view-list"), "the view is not in the menu")
    one.click("#theme-toggle")
    until(lambda: one.driver.execute_script(_THEME) == usual, "the theme does not come back")

    # Deleted elsewhere: said once, taken back when it is there again.
    one.allow("403", "the search is not there")
    product.sql("UPDATE searches SET deleted_at = now() WHERE id = %(search)s", search=search)
    one.driver.execute_script(_LOOK)
    until(lambda: "does not exist" in one.text("#grid-notice"), "nothing tells that the search is gone")
    assert one.text("#toast") == ""
    product.sql("UPDATE searches SET deleted_at = NULL WHERE id = %(search)s", search=search)
    one.driver.execute_script(_LOOK)
    until(lambda: "does not exist" not in one.text("#grid-notice"), "it is still said to be gone")


def test_who_signs_out_in_one_tab_leaves_no_other_open(new_tab: Callable[..., GridPage], product: Product) -> None:
    one = new_tab()
    one.driver.get(f"{product.url}/lists")
    until(lambda: one.is_shown("#page h1"), "no page")
    first = one.driver.current_window_handle
    other = new_tab()
    other.driver.get(f"{product.url}/runs")
    until(lambda: other.is_shown("#user-menu summary"), "no page")
    other.click("#user-menu summary")
    other.click("#sign-out")
    until(lambda: "/login" in other.driver.current_url, "nobody is signed out")
    second = other.driver.current_window_handle
    one.driver.switch_to.window(first)
    until(lambda: one.is_shown("#signed-out"), "the other tab goes on")
    one.allow("401", "nobody is signed in")

    # Where they were, once they are back.
    ((email,),) = product.sql("SELECT email FROM users WHERE role = 'admin' ORDER BY id LIMIT 1")
    one.driver.switch_to.window(second)
    other.driver.get(product.command("login-link", email)["url"])
    other.click("form button")
    until(lambda: other.is_shown("#search-list"), "the link signs nobody in")
    one.driver.switch_to.window(first)
    # A browser without a screen does not tell a tab that it has come to the front.
    one.driver.execute_script("window.dispatchEvent(new Event('focus'))")
    until(lambda: not one.is_shown("#signed-out"), "it stays shut")
    assert one.driver.current_url == f"{product.url}/lists"
