"""What a browser that was never here is told to fetch: few files, each under an address that it may keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import dash_ag_grid
import pytest

from callbacks import bundles
from callbacks.bundles import ASSETS, EARLY, Kind
from services.access.identity import Actor
from tests.web import Browser

ClientFor = Callable[[Actor], Browser]


def loaded(client: Browser) -> list[str]:
    """The addresses of scripts and styles in the document, in its order."""
    page = client.get("/").get_data(as_text=True)
    return re.findall(r'<(?:script[^>]*? src|link rel="stylesheet" href)="([^"]+)"', page)


@pytest.mark.parametrize("kind", ["css", "js"])
def test_our_own_files_of_a_kind_come_as_one(client_for: ClientFor, alice: Actor, kind: str) -> None:
    client = client_for(alice)
    (address,) = [url for url in loaded(client) if url.startswith("/assets-vendor/sourcingx.") and f".{kind}?" in url]
    answer = client.get(address)
    assert answer.mimetype == {"css": "text/css", "js": "text/javascript"}[kind]
    found, at = answer.get_data(as_text=True), 0
    for path in sorted(ASSETS.glob(f"*.{kind}")):
        if path.name not in EARLY:
            at = found.index(path.read_text(encoding="utf-8"), at)
    assert not [name for name in EARLY if (ASSETS / name).read_text(encoding="utf-8") in found]


@pytest.mark.parametrize("kind", ["css", "js"])
def test_what_an_upgrade_lays_down_is_not_kept_under_the_address_of_what_runs(
    client_for: ClientFor, alice: Actor, kind: Kind, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = client_for(alice)
    (tmp_path / f"app.{kind}").write_text("/* of the next version */")
    monkeypatch.setattr(bundles, "ASSETS", tmp_path)
    answer = client.get(bundles.url(kind))
    assert "immutable" in answer.headers["Cache-Control"]
    assert bundles.url(kind).endswith(sha256(answer.data).hexdigest()[:12])


def test_nothing_of_ours_is_loaded_a_second_time(client_for: ClientFor, alice: Actor) -> None:
    ours = [url for url in loaded(client_for(alice)) if url.startswith("/assets/")]
    assert [url.partition("?")[0] for url in ours] == ["/assets/theme.js", "/assets/early.js"]


def test_styles_stand_behind_those_they_change_and_scripts_before_those_that_use_them(
    client_for: ClientFor, alice: Actor
) -> None:
    order = [url.rpartition("/")[2].partition("?")[0] for url in loaded(client_for(alice))]
    assert order.index("early.js") < order.index("bootstrap.min.css") < order.index("sourcingx.css")
    (renderer,) = [name for name in order if name.startswith("dash_renderer.")]
    assert order.index("sourcingx.js") < order.index(renderer)


def test_the_grids_second_part_is_named_so_that_it_can_be_kept(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    (address,) = [url for url in loaded(client) if "/async-community." in url]
    answer = client.get(address)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.data == (Path(dash_ag_grid.__file__).parent / "async-community.js").read_bytes()
    # Under the address that the script itself asks for it is not.
    asked = "/_dash-component-suites/dash_ag_grid/async-community.js"
    assert client.get(asked).headers["Cache-Control"] == "no-store"


def test_a_narrow_window_needs_neither_part(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    client.set_cookie("sx_narrow", "1")
    assert [url for url in loaded(client) if "/dash_ag_grid/" in url] == []
