"""A sign-in that ends under a person's hands: nothing typed is lost, the address stays, and the work goes on."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.grid_page import GridPage
from tests.browser.product import Product, until


def test_what_was_typed_outlives_a_sign_in_that_ended(new_tab: Callable[..., GridPage], product: Product) -> None:
    third = new_tab()
    third.driver.get(product.url)
    until(lambda: third.is_shown("#new-search"), "the searches are not shown")
    beside = third.driver.current_window_handle
    page = new_tab()
    page.driver.get(f"{product.url}/?whose=mine")
    until(lambda: page.is_shown("#new-search"), "the searches are not shown")
    page.click("#new-search")
    until(lambda: page.is_shown("#search-title"), "the form does not open")
    page.element("#search-title").send_keys("Typed before it ended")
    product.sql("UPDATE user_sessions SET revoked_at = now() WHERE revoked_at IS NULL")
    page.allowed.append("401")
    page.click("#search-save")
    until(lambda: page.is_shown("#signed-out"), "nothing says that the sign-in has ended")
    assert page.driver.current_url == f"{product.url}/?whose=mine"
    assert page.element("#search-title").get_attribute("value") == "Typed before it ended"
    assert page.element("#signed-out a").get_attribute("target") == "_blank"
    here = page.driver.current_window_handle

    ((email,),) = product.sql("SELECT email FROM users WHERE role = 'admin' ORDER BY id LIMIT 1")
    other = new_tab()
    other.driver.get(product.command("login-link", email)["url"])
    until(lambda: other.is_shown("form button"), "the link does not open")
    other.click("form button")
    until(lambda: other.is_shown("#search-list"), "the link signs nobody in")

    page.driver.switch_to.window(here)
    # A browser without a screen does not tell a tab that it has come to the front.
    page.driver.execute_script("window.dispatchEvent(new Event('focus'))")
    until(lambda: "/search/" in page.driver.current_url, "the search is not made")
    assert product.sql("SELECT count(*) FROM searches WHERE title = 'Typed before it ended'") == [(1,)]

    # A tab that noticed nothing of it goes on, too, with what goes with the new sign-in.
    page.driver.switch_to.window(beside)
    third.allow("403", "its first request still carries the token of the sign-in before")
    third.click("#new-search")
    until(lambda: third.is_shown("#search-title"), "the form does not open")
    third.element("#search-title").send_keys("Made in the tab beside")
    third.click("#search-save")
    until(lambda: "/search/" in third.driver.current_url, "the search is not made")
