"""What the shell and the pages say, without a server."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callbacks.documents import ASSETS
from callbacks.session import safe_next
from layouts import ids, page_account, pages_login, pages_searches, shell, text
from services.access.accounts import Own
from services.searches.search_history import Wanted

DOCS = Path(__file__).parents[2] / "docs"
ASSET_URLS = (["/assets/a.css"], "/assets/theme.js", "/assets/icon.svg")


@dataclass(frozen=True)
class Row:
    id: str = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
    title: str = "Backend engineers"
    owner: str = "Alice Owner"
    owner_id: int = 1
    visibility: str = "team"
    profile_count: int = 48210
    created_at: datetime = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    archived: bool = False
    editable: bool = True
    owned: bool = True
    source: str = ""
    source_ref: str = ""
    source_url: str = ""
    deleted_at: datetime | None = None
    deleted_by: str = ""
    gone_at: datetime | None = None


@dataclass(frozen=True)
class Found:
    rows: tuple[Row, ...] = ()
    wanted: Wanted = field(default_factory=Wanted)
    pages: int = 1

    @property
    def total(self) -> int:
        return len(self.rows)


def rendered(component: object) -> str:
    return json.dumps(component, default=lambda c: c.to_plotly_json())


def constants() -> set[str]:
    return {value for key, value in vars(ids).items() if key.isupper() and isinstance(value, str)}


def test_the_table_of_ids_is_complete() -> None:
    documented = re.findall(r"^\| `([a-z0-9-]+)` \|", (DOCS / "ids.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == constants()


def test_no_two_constants_name_one_id() -> None:
    values = [value for key, value in vars(ids).items() if key.isupper() and isinstance(value, str)]
    assert len(values) == len(set(values))


def test_a_narrow_window_has_every_page_in_a_menu() -> None:
    header = shell.layout("Alice Owner", "admin", 7).children[2]
    beside, menu = (rendered(part) for part in header.children[1:3])
    for href in ("/", "/lists", "/duplicates", "/runs", "/admin/users"):
        assert f'"href": "{href}"' in beside and f'"href": "{href}"' in menu, href
    assert ids.NAV_MENU in menu and text.NAV_MENU in menu


def test_the_shell_has_landmarks_and_a_way_past_them() -> None:
    shown = rendered(shell.layout("Alice Owner", "recruiter", 7))
    for part in ('"type": "Header"', '"type": "Nav"', '"type": "Main"', text.SKIP, '"aria-live": "polite"'):
        assert part in shown
    for known in (ids.URL, ids.PAGE, ids.TOAST, ids.USER_MENU, ids.SIGN_OUT, ids.THEME_TOGGLE):
        assert f'"id": "{known}"' in shown


def test_an_empty_list_says_what_to_do_next() -> None:
    shown = rendered(pages_searches.search_list(Found(), may_edit=True, sample="offered"))
    for way in (text.FIRST_SAMPLE_START, text.FIRST_UPLOAD_START, text.FIRST_VENDOR_START):
        assert way in shown
    assert "Ask a recruiter to share one" in rendered(pages_searches.search_list(Found(), may_edit=False))


def test_a_search_is_listed_with_its_count_owner_and_moment() -> None:
    shown = rendered(pages_searches.search_list(Found((Row(),)), may_edit=True))
    for part in ("48,210", "Alice Owner", "Team", "2026-11-02T09:30:00+00:00", f"/search/{Row().id}"):
        assert part in shown


def test_viewers_get_no_form() -> None:
    shown = rendered(pages_searches.searches_page(Found((Row(editable=False, owned=False),)), may_edit=False))
    assert f'"id": "{ids.NEW_SEARCH}"' not in shown
    assert f'"id": "{ids.SEARCH_FORM}"' not in shown
    assert "search-edit" not in shown


def test_only_the_owner_gets_an_archive_button() -> None:
    assert f'"id": "{ids.SEARCH_ARCHIVE}"' in rendered(pages_searches.form(Row()))
    assert f'"id": "{ids.SEARCH_ARCHIVE}"' not in rendered(pages_searches.form(Row(owned=False)))
    assert f'"id": "{ids.SEARCH_ARCHIVE}"' not in rendered(pages_searches.form())


def test_a_message_offers_undo_only_for_what_can_be_undone() -> None:
    assert f'"id": "{ids.UNDO}"' not in rendered(shell.toast_card("Done.", kind="success", undo_batch=None, key="1"))
    undoable = rendered(shell.toast_card("Moved 3 people.", kind="success", undo_batch=41, key="1"))
    assert f'"id": "{ids.UNDO}"' in undoable
    assert '"data": 41' in undoable


def test_sign_in_pages_escape_what_they_are_given() -> None:
    evil = '"><img src=x onerror=alert(1)>'
    page = pages_login.login(ASSET_URLS, csrf=evil, next_path=evil, email=evil, problem=evil)
    assert "<img" not in page
    assert "<img" not in shell.problem_document(evil)
    assert "<img" not in pages_login.link(ASSET_URLS, csrf=evil, action=evil)
    assert "<img" not in pages_login.password(ASSET_URLS, csrf=evil, action=evil, problem=evil)
    shown = pages_login.login(ASSET_URLS, csrf=evil, next_path=evil, provider=evil, passwords=False, notice=evil)
    assert "<img" not in shown


def test_password_fields_are_masked_and_named_for_password_managers() -> None:
    own = Own("Dana", "dana@example.com", "recruiter", True, True, "")
    shown = rendered(page_account.page(own, [])) + pages_login.login(ASSET_URLS, csrf="", next_path="/")
    shown += pages_login.password(ASSET_URLS, csrf="", action="/login/password/x")
    assert shown.count("new-password") == 4
    assert shown.count("current-password") == 2
    assert shown.count('"type": "password"') + shown.count('type="password"') == 6


def test_where_passwords_are_switched_off_the_page_says_what_to_do() -> None:
    shown = rendered(page_account.page(Own("Dana", "d@example.com", "viewer", False, False, "Example ID"), []))
    assert "sign in with Example ID" in shown and ids.PASSWORD_SAVE not in shown


def test_every_page_has_the_way_to_ones_account_and_out() -> None:
    shown = rendered(shell.layout("Dana Doe", "recruiter", 1))
    assert f'"id": "{ids.SIGN_OUT}"' in shown and '"href": "/account"' in shown


def test_no_page_loads_anything_from_elsewhere() -> None:
    sources = [*ASSETS.glob("*.css"), *ASSETS.glob("*.js"), *(ASSETS.parent).glob("*.py")]
    for path in sources:
        found = re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s'\")]*", path.read_text(encoding="utf-8"))
        assert [url for url in found if "www.w3.org" not in url] == [], path.name


@pytest.mark.parametrize(
    ("given", "followed"),
    [
        ("/search/x?status=active&q=a%20b", "/search/x?status=active&q=a%20b"),
        ("/", "/"),
        ("//evil.example/x", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/login?next=/login", "/"),
        ("/" + "a" * 9000, "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_after_sign_in_only_paths_of_this_site_are_followed(given: str | None, followed: str) -> None:
    assert safe_next(given) == followed


# Each pair is text on a surface; 4.5:1 is WCAG 2.2 AA for text, 3:1 for the outline of a control.
TEXT_PAIRS = [
    *((fore, back) for fore in ("text", "muted", "link", "bad") for back in ("bg", "surface", "raised", "hover")),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("text", "accent-soft"),
    ("text", "found"),
    ("link", "accent-soft"),
    ("good", "good-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
]
OUTLINE_PAIRS = [("line-strong", "surface"), ("line-strong", "bg"), ("focus", "bg"), ("focus", "surface")]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_in_both_themes(theme: int) -> None:
    colours = tokens(theme)
    weak = [f"{f} on {b}" for f, b in TEXT_PAIRS if contrast(colours[f], colours[b]) < 4.5]
    weak += [f"{f} on {b}" for f, b in OUTLINE_PAIRS if contrast(colours[f], colours[b]) < 3]
    assert weak == []


def tokens(theme: int) -> dict[str, str]:
    css = (ASSETS / "tokens.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--sx-([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", css)
    plain = re.findall(r"--sx-([a-z-]+): (#[0-9a-f]{6});", css)
    return {key: (light, dark)[theme] for key, light, dark in pairs} | dict(plain)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
