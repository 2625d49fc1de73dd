"""How many requests of a tab are on their way, so that a test can wait for the last answer."""

from __future__ import annotations

from selenium.webdriver import Chrome

_COUNT = """
window.flying = 0;
const send = window.fetch;
window.fetch = (...given) => {
  window.flying += 1;
  return send(...given).finally(() => (window.flying -= 1));
};
"""
# A page is there when its heading is (what stands in for it has none), and nothing more is asked for.
_ARRIVED = "return Boolean(document.querySelector('#page h1')) && window.flying === 0"


def count(driver: Chrome) -> None:
    """From the first moment of the next document on."""
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"(() => {{{_COUNT}}})();"})


def have_ended(driver: Chrome) -> bool:
    """Whether the page is there and all that it asked for was answered."""
    return bool(driver.execute_script(_ARRIVED))
