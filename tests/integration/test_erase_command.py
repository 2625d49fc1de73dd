"""`sourcingx erase`: the address comes from the terminal or a pipe, never as an argument."""

from __future__ import annotations

import io

import pytest

from services.access.identity import Actor
from services.privacy.erasures import NOBODY, NOT_READ
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.integration.test_erasure import CANARY, EMAIL, HEADER, OTHER, load
from tests.two_people import rows

__all__ = ["sourcingx"]


def test_it_says_whom_it_would_erase_and_does_it_when_told(
    rt: Runtime, admin: Actor, sourcingx: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = str(searches.create_search(rt, admin, "Leads").id)
    load(rt, admin, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")

    def given(line: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(line))

    given(f"{EMAIL}\n")
    assert sourcingx.json("erase") == {"would_erase": 1}
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 2
    given(f"{EMAIL}\n")
    done = sourcingx.json("erase", "--yes")
    assert (done["people"], done["searches"]) == (1, 1)
    assert [row["full_name"] for row in rows(rt, "SELECT full_name FROM profiles")] == ["Ada Example"]
    for line, said in ((f"{EMAIL}\n", NOBODY), ("\n", NOT_READ), ("", NOT_READ), ("Ada Example\n", NOT_READ)):
        given(line)
        code, out, err = sourcingx("erase", "--yes")
        assert (code, out, err) == (2, "", f"sourcingx: {said}\n")
