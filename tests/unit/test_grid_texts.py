"""The scripts of the search page say what stands in layouts/text/, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import layouts
from layouts import text
from services.screening.rubric_scoring import Verdict
from services.screening.verdicts import STALE

SCRIPTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in sorted((Path(layouts.__file__).parent / "assets").glob("grid*.js"))
}


def test_every_sentence_that_is_said_is_known() -> None:
    said = {
        key
        for script in SCRIPTS.values()
        for call in re.findall(r"\bsay\(([^()]*)", script)
        for key in re.findall(r'"(\w+)"', call)
    }
    assert said
    assert said - set(text.GRID_IN_BROWSER) == set()


def test_every_sentence_is_said_somewhere() -> None:
    scripts = "\n".join(SCRIPTS.values())
    # Those that rows name: what a verdict is, and why it may not hold any more.
    by_row = {*get_args(Verdict), *(f"stale_{reason}" for reason in STALE)}
    assert [key for key in text.GRID_IN_BROWSER if f'"{key}"' not in scripts and key not in by_row] == []
    assert by_row <= set(text.GRID_IN_BROWSER)


def test_no_script_has_a_sentence_of_its_own() -> None:
    """Several words that begin with a capital; comments do not count."""
    own = {
        (name, literal)
        for name, script in SCRIPTS.items()
        for literal in re.findall(r'["`]([A-Z][a-z]+ [^"`\n]*)["`]', re.sub(r"//.*|/\*.*?\*/", "", script, flags=re.S))
    }
    assert own == set()
