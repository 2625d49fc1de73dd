"""axe-core in the browser: rules of WCAG 2.2 up to level AA, as the package that carries it has them."""

from __future__ import annotations

from functools import cache
from importlib.metadata import files
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome

from tests.waiting import PATIENCE_S

PACKAGE = "axe-playwright-python"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_THEME = "document.documentElement.dataset.bsTheme = arguments[0]"
# A colour that is on its way to another one is neither, so nothing moves while it is looked at.
_RUN = """
const [rules, done] = arguments;
if (!document.querySelector("#at-once")) {
  const style = Object.assign(document.createElement("style"), { id: "at-once" });
  style.textContent = "*, ::before, ::after { transition: none !important; animation: none !important; }";
  document.head.append(style);
}
axe.run(document, { ...rules, resultTypes: ["violations"], elementRef: false })
  .then((found) => done(found.violations), (error) => done([{ id: String(error), nodes: [] }]));
"""


@cache
def source() -> str:
    """The script itself, from the installed package."""
    found = [one for one in files(PACKAGE) or [] if one.name == "axe.min.js"]
    assert len(found) == 1, f"{PACKAGE} carries no axe.min.js"
    return Path(str(found[0].locate())).read_text(encoding="utf-8")


def violations(driver: Chrome, *, only_colours: bool = False, covered: bool = False) -> list[str]:
    """What axe finds on the page that is shown: rule, element, and what to do about it.

    covered: something stays in front while the page scrolls. Of what it covers by half axe says that it is too small a
    target, until it is scrolled; sizes are looked at elsewhere then.
    """
    driver.set_script_timeout(PATIENCE_S)
    if not driver.execute_script("return Boolean(window.axe)"):
        driver.execute_script(source())
    rules = {"type": "rule", "values": ["color-contrast"]} if only_colours else {"type": "tag", "values": TAGS}
    asked = {"runOnly": rules, "rules": {"target-size": {"enabled": False}} if covered else {}}
    found: list[dict[str, Any]] = driver.execute_async_script(_RUN, asked)
    return [
        f"{one['id']}: {node['html'][:160]} – {node['failureSummary']}" for one in found for node in one["nodes"]
    ] + [one["id"] for one in found if not one["nodes"]]


def in_both_themes(driver: Chrome, *, covered: bool = False) -> list[str]:
    """violations() of a page as it stands: all rules by day, colours again by night."""
    usual = driver.execute_script("return document.documentElement.dataset.bsTheme")
    driver.execute_script(_THEME, "light")
    found = violations(driver, covered=covered)
    driver.execute_script(_THEME, "dark")
    found += [f"dark: {one}" for one in violations(driver, only_colours=True)]
    driver.execute_script(_THEME, usual)
    return found
