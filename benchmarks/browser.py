"""A browser that knows nothing yet: when does it show rows?"""

from __future__ import annotations

import shutil

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking"
    " --disable-component-update --disable-sync --no-first-run --disable-quic --lang=en-US --window-size=1400,900"
)
PATIENCE_S = 60.0
# Notes when a cell of the first row has text, in ms since the page was asked for.
_WATCH = """
const found = () => {
    const cell = document.querySelector("#candidate-grid .ag-row [data-person]");
    if (cell && cell.textContent.trim()) { window.firstRows = performance.now(); seen.disconnect(); }
};
const seen = new MutationObserver(found);
seen.observe(document, {subtree: true, childList: true, characterData: true});
"""


def first_rows_s(url: str, path: str, session_token: str) -> float:
    """Seconds from asking for a page of a search to its first row, in a browser that was never here before.

    session_token: of someone who is signed in. Raises RuntimeError where there is no Chromium.
    """
    options = ChromeOptions()
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.binary_location = _found("chromium", "chromium-browser", "google-chrome", "chrome")
    with Chrome(service=Service(_found("chromedriver")), options=options) as chrome:
        # This page loads nothing: all that the next one needs has to be fetched.
        chrome.get(f"{url}/healthz")
        chrome.add_cookie({"name": "sx_session", "value": session_token, "path": "/"})
        chrome.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
        chrome.get(f"{url}{path}")
        ms = WebDriverWait(chrome, PATIENCE_S, 0.05).until(lambda one: one.execute_script("return window.firstRows"))
    return float(ms) / 1000


def _found(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise RuntimeError(f"none of {', '.join(names)} is installed")
