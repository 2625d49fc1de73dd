"""A browser that is signed in to a running SourcingX with 30,000 people, or as many as SOURCINGX_TEST_PEOPLE says."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from services.searches.first_steps import DISMISSED
from tests import memory_disk
from tests.browser.grid_page import GridPage
from tests.browser.product import Product, running
from tests.stubs.salesql_server import SalesqlStub
from tests.waiting import until

# make test-million: the same tests on the size that the product is made for.
PEOPLE = int(os.environ.get("SOURCINGX_TEST_PEOPLE") or 30_000)
# Bytes on disk with indexes, the log of what was written, and what Postgres sorts; Valkey's lists beside them.
ROOM_FOR_ONE = 16_000
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking"
    " --disable-component-update --disable-sync --no-first-run --disable-quic --lang=en-US --window-size=1400,900"
)


@pytest.fixture(scope="session")
def salesql() -> Iterator[SalesqlStub]:
    """The vendor that the product asks for e-mails and telephone numbers."""
    with SalesqlStub() as stub:
        yield stub


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, salesql: SalesqlStub) -> Iterator[Product]:
    vendors = {"SALESQL_API_KEY": str(salesql.key), "SALESQL_BASE_URL": f"{salesql.url}/v1"}
    usual = tmp_path_factory.mktemp("product")
    with (
        memory_disk.folder(usual, room=PEOPLE * ROOM_FOR_ONE) as folder,
        running(folder / "home", vendors) as started,
    ):
        yield started


@pytest.fixture(scope="session")
def search(product: Product) -> uuid.UUID:
    return product.generate(PEOPLE)


@pytest.fixture(scope="session")
def driver(product: Product) -> Iterator[Chrome]:
    """One Chromium for all tests, signed in by the link that `sourcingx run` printed."""
    options = ChromeOptions()
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.binary_location = _found("chromium", "chromium-browser", "google-chrome", "chrome")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with Chrome(service=Service(_found("chromedriver")), options=options) as chrome:
        chrome.get(product.url + product.login)
        chrome.find_element("css selector", "main button, form button").click()
        until(lambda: chrome.find_elements("css selector", "#search-list"), "signing in did not lead to the searches")
        # What a page asks for by itself would be told among the errors of whatever test is under way.
        chrome.get("about:blank")
        # The guide of a first search would stand above the grid of some tests and not of others.
        product.sql(
            "INSERT INTO user_preferences (user_id, name, value) SELECT id, %(name)s, '\"dismissed\"' FROM users",
            name=DISMISSED,
        )
        yield chrome


@pytest.fixture
def new_tab(driver: Chrome, product: Product) -> Iterator[Callable[..., GridPage]]:
    """new_tab(): a fresh tab, in front. In the end all are closed, and no console error was left."""
    pages: list[GridPage] = []
    home = driver.current_window_handle
    driver.get_log("browser")

    def open_tab(url: str = "") -> GridPage:
        driver.switch_to.new_window("tab")
        pages.append(GridPage(driver, url or product.url))
        pages[-1].listen()
        return pages[-1]

    yield open_tab
    errors = []
    for handle in driver.window_handles:
        if handle != home:
            driver.switch_to.window(handle)
            allowed = [pattern for page in pages for pattern in page.allowed]
            errors += GridPage(driver, product.url, allowed).console()
            driver.close()
    driver.switch_to.window(home)
    assert errors == []


@pytest.fixture
def page(new_tab: Callable[..., GridPage]) -> GridPage:
    return new_tab()


def _found(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise WebDriverException(f"none of {', '.join(names)} is installed: run make test, or make test-fast")
