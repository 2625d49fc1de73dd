"""The guides: what they show is there, small, and as wide as it is said; no picture lies about unused."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from layouts import text

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = sorted(DOCS.glob("guide-*.md"))
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def links(guide: Path) -> set[str]:
    return set(LINK.findall(guide.read_text(encoding="utf-8")))


def test_there_is_a_guide_for_each_kind_of_people_with_pictures() -> None:
    assert [guide.stem for guide in GUIDES] == ["guide-admin", "guide-recruiter", "guide-tester"]
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    for guide in GUIDES:
        assert f"docs/{guide.name}" in readme
        assert any(one.startswith("pictures/") for one in links(guide)), guide.name


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_what_a_guide_leads_to_is_there(guide: Path) -> None:
    assert [one for one in links(guide) if not (DOCS / one).is_file()] == []


def test_pictures_are_small_and_all_of_them_are_shown() -> None:
    shown = {one for guide in GUIDES for one in links(guide) if one.startswith("pictures/")}
    kept = sorted((DOCS / "pictures").glob("*.png"))
    assert {f"pictures/{one.name}" for one in kept} == shown
    for one in kept:
        data = one.read_bytes()
        assert data.startswith(b"\x89PNG") and len(data) <= 120_000, one.name
        assert struct.unpack(">I", data[16:20])[0] in (1280, 390), one.name


def test_the_keys_of_triage_are_those_of_the_page() -> None:
    guide = (DOCS / "guide-recruiter.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*) \| ", guide, re.M)
    said = [row.replace("`", "") for row in rows]
    assert said == [keys for keys, _ in text.TRIAGE_KEYS]
