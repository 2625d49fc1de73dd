"""The pictures of the guides, taken from the product as it is: `make pictures`.

An empty installation and a demo are started on free ports in a folder that goes away again; Chromium shows them, and
each picture is kept in docs/pictures/ with 256 colours, 1280 pixels wide. It is taken once the page shows what it is
about.
"""

from __future__ import annotations

import base64
import io
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from layouts import ids
from services.demo import demo
from services.servers import run_state
from services.servers.servers import Servers
from tests.browser.conftest import FLAGS
from tests.browser.grid_page import GridPage
from tests.browser.product import READY, SOURCINGX, Product, environ
from tests.waiting import LONG_S, until

HERE = Path(__file__).parent / "pictures"
WIDTH, HEIGHT = 1280, 800
PHONE = (390, 780)
# A larger picture is one that shows too much.
MOST_BYTES = 120_000
SHOWN = ".ag-row [data-person]"
# The browser draws the picture and tells its pixels: no package for images is needed for this.
_PIXELS = """
const [url, done] = arguments;
const image = new Image();
image.onload = () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  done([image.width, image.height, btoa(text)]);
};
image.src = url;
"""
_VISIBLE = "return [...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility())"
# Names of parts, written over them.
_MARKS = """
for (const [selector, name] of arguments[0]) {
  const box = document.querySelector(selector).getBoundingClientRect();
  const mark = Object.assign(document.createElement("div"), { textContent: name });
  mark.style.cssText = `position:fixed;z-index:9999;left:${box.left}px;top:${box.top}px;width:${box.width}px;` +
    `height:${box.height}px;outline:2px solid #b3261e;outline-offset:-1px;color:#fff;font:600 12px monospace;` +
    "pointer-events:none;text-align:left";
  mark.innerHTML = `<span style="background:#b3261e;padding:1px 5px">${mark.textContent}</span>`;
  document.body.append(mark);
}
"""


class Camera:
    """A browser that is signed in to one product."""

    def __init__(self, driver: Chrome, url: str) -> None:
        self.driver, self.url = driver, url
        self.size(WIDTH, HEIGHT)

    def size(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def open(self, path: str, shows: str) -> None:
        self.driver.get(self.url + path)
        self.wait(shows)

    def find(self, selector: str) -> list[Any]:
        found: list[Any] = self.driver.execute_script(_VISIBLE, selector)
        return found

    def wait(self, shows: str) -> None:
        until(lambda: self.find(shows), f"{shows} is not shown on {self.driver.current_url}", LONG_S)

    def click(self, selector: str) -> None:
        self.wait(selector)
        self.driver.execute_script("arguments[0].click()", self.find(selector)[0])

    def take(self, name: str) -> None:
        """Keep what is shown."""
        shot = self.driver.get_screenshot_as_base64()
        home = self.driver.current_window_handle
        self.driver.switch_to.new_window("tab")
        width, height, pixels = self.driver.execute_async_script(_PIXELS, f"data:image/png;base64,{shot}")
        self.driver.close()
        self.driver.switch_to.window(home)
        data = png(width, height, base64.b64decode(pixels))
        assert len(data) <= MOST_BYTES, f"{name} has {len(data):,} bytes"
        (HERE / f"{name}.png").write_bytes(data)
        sys.stdout.write(f"{name}.png {len(data):,} bytes\n")


def png(width: int, height: int, rgba: bytes) -> bytes:
    """A PNG of 256 colours: those that most pixels have; each other one becomes the nearest of them."""
    pixels = np.frombuffer(rgba, dtype=np.uint8).reshape(-1, 4)[:, :3]
    found, place, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    kept = found[np.argsort(-counts)[:256]].astype(np.int32)
    nearest = np.array([np.abs(kept - colour.astype(np.int32)).sum(axis=1).argmin() for colour in found])
    rows = nearest[place.reshape(-1)].astype(np.uint8).reshape(height, width)
    lines = np.hstack([np.zeros((height, 1), dtype=np.uint8), rows]).tobytes()
    out = io.BytesIO(b"")
    out.write(b"\x89PNG\r\n\x1a\n")
    for kind, body in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", kept.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ):
        out.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
    return out.getvalue()


@contextmanager
def started(home: Path, command: str) -> Iterator[Product]:
    """`sourcingx run` or `sourcingx demo` on a home of its own; in the end nothing of it is left."""
    process = subprocess.Popen([SOURCINGX, command], env=environ(home), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = READY.fullmatch(process.stdout.readline())
        assert ready is not None
        urls = Servers(home).urls
        yield Product(home, ready["url"], ready["login"], urls.database_url, urls.redis_url)
    finally:
        process.terminate()
        process.communicate(timeout=LONG_S)
        run_state.end_leftovers(home)
        left = Servers(home)
        left.attach()
        left.release()


@contextmanager
def camera(product: Product) -> Iterator[Camera]:
    options = ChromeOptions()
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.binary_location = _program("chromium", "chromium-browser", "google-chrome", "chrome")
    with Chrome(service=Service(_program("chromedriver")), options=options) as driver:
        driver.get(product.url + product.login)
        driver.find_element("css selector", "main button, form button").click()
        found = Camera(driver, product.url)
        found.wait(f"#{ids.SEARCH_LIST}")
        yield found


def first_minute(cam: Camera, product: Product) -> None:
    """An empty installation, and sample people that come into it."""
    cam.open("/", f"#{ids.FIRST_SAMPLE}")
    cam.take("start")
    cam.click(f"#{ids.FIRST_SAMPLE}")
    cam.wait(f"#{ids.IMPORT_REPORT} a.btn-primary")
    cam.take("import-report")
    cam.open("/", '[data-testid="first-steps"]')
    cam.click('[data-help="search"] summary')
    cam.take("first-steps")
    search = product.sql("SELECT id FROM searches")[0][0]
    cam.open(f"/search/{search}/triage", ".sx-triage-card")
    cam.take("triage")


def work(cam: Camera, product: Product) -> None:
    """A search of ten thousand, from rules to an export."""
    search = product.sql("SELECT id FROM searches WHERE title = %(title)s", title=demo.TITLE)[0][0]
    cam.open(f"/search/{search}", SHOWN)
    cam.wait('#facet-panel [data-facet-key="stage_in"]')
    cam.take("search")
    cam.driver.execute_script(_MARKS, [
        [f"#{ids.ROW_COUNT}", "row-count"], [f"#{ids.STATUS_TABS}", "status-tabs"],
        [f"#{ids.QUICK_SEARCH}", "quick-search"], [f"#{ids.FACET_PANEL}", "facet-panel"],
        [".ag-header", "candidate-grid"], [".ag-row[row-index='2']", "row-id = candidate id"],
    ])  # fmt: skip
    cam.take("stable-ids")
    cam.open(f"/search/{search}", SHOWN)
    for row in range(3):
        GridPage(cam.driver, cam.url).tick(row)
    cam.click(f"#{ids.BULK_BAR} .sx-reject-menu .dropdown-toggle")
    cam.wait(f"#{ids.BULK_BAR} [data-action='reject']")
    cam.take("reject")
    cam.open(f"/search/{search}/filter", f"#{ids.FILTER_RULES} > *")
    cam.click(f"#{ids.DRY_RUN_START}")
    cam.wait(f"#{ids.DRY_RUN} .sx-dry-rules")
    cam.take("filter")
    screened(cam, search)
    cam.open(f"/search/{search}", SHOWN)
    cam.click(f"#{ids.EXPORT_OPEN}")
    cam.wait(f".modal.show #{ids.EXPORT_PREVIEW} table")
    cam.take("export")
    cam.open(f"/search/{search}/analytics", "#analytics-funnel .funnellayer path")
    cam.take("analytics")
    cam.open("/duplicates", "main h1")
    cam.take("duplicates")
    cam.size(*PHONE)
    cam.open("/", f"#{ids.SEARCH_LIST}")
    cam.open(f"/search/{search}", "#candidate-cards [data-person]")
    cam.take("phone")
    cam.size(WIDTH, HEIGHT)


def screened(cam: Camera, search: Any) -> None:
    """Some people are screened, and one of them is looked at."""
    view = "status=shortlisted&q=python+kubernetes"
    cam.open(f"/search/{search}/screen?{view}", f"#{ids.SCREEN_START}")
    cam.take("screen")
    cam.click(f"#{ids.SCREEN_START}")
    cam.wait('.sx-run[data-state="done"]')
    cam.open(f"/search/{search}?{view}&sort=screened_at.desc", SHOWN)
    cam.click(SHOWN)
    cam.wait('[data-testid="score-sum"]')
    # The verdicts stand above their sum.
    cam.driver.execute_script("document.querySelector('[data-testid=\"score-sum\"]').scrollIntoView({ block: 'end' })")
    cam.take("person")


def administration(cam: Camera, product: Product) -> None:
    for name, path in (
        ("admin-users", "/admin/users"), ("admin-workers", "/admin/workers"), ("admin-keys", "/admin/keys"),
        ("admin-privacy", "/admin/privacy"), ("usage", "/usage"),
    ):  # fmt: skip
        cam.open(path, "#page h1")
        cam.take(name)


PARTS: tuple[tuple[str, tuple[Callable[[Camera, Product], None], ...]], ...] = (
    ("run", (first_minute,)),
    ("demo", (work, administration)),
)


def _program(*names: str) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    assert found is not None, f"none of {', '.join(names)} is installed"
    return found


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for command, parts in PARTS:
        with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "home", command) as product:
            with camera(product) as cam:
                for part in parts:
                    part(cam, product)


if __name__ == "__main__":
    main()
