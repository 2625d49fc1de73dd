"""`sourcingx archive` and `sourcingx restore-search`."""

from __future__ import annotations

import uuid

import pytest

from services.access import identity
from services.access.identity import Actor
from services.runtime import Runtime
from tests.archives import dump, full_search, hot
from tests.change_runs import change
from tests.integration.test_command_line import CommandLine, sourcingx

__all__ = ["sourcingx"]


@pytest.fixture
def ada(rt: Runtime) -> Actor:
    return identity.create_user(rt, "ada@example.com", "Ada Admin", "admin")


@pytest.fixture
def search(rt: Runtime, ada: Actor) -> uuid.UUID:
    return full_search(rt, ada, 12)


def test_a_search_goes_and_comes_back(rt: Runtime, ada: Actor, sourcingx: CommandLine, search: uuid.UUID) -> None:
    before = dump(rt)
    done = sourcingx.json("archive", "Backend Bern", "--tier", "cold")
    assert (done["search"], done["tier"], done["people"]) == (str(search), "cold", 12)
    assert done["bytes"] > 0 and hot(rt, search)["candidates"] == 0
    back = sourcingx.json("restore-search", str(search))
    assert back["state"] == "done"
    assert dump(rt) == before


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["archive", "Nothing"], "There is no search with this title."),
        (["archive", "Backend Bern", "--tier", "hot"], "invalid choice: 'hot'"),
        (["archive", "Backend Bern", "--user", "nobody@example.com"], "no active user"),
        (["restore-search", "Backend Bern"], "This search is not archived."),
        (["restore-search"], "SEARCH"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(
    rt: Runtime, sourcingx: CommandLine, search: uuid.UUID, argv: list[str], line: str
) -> None:
    before = dump(rt)
    code, out, err = sourcingx(*argv)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert line in err
    assert dump(rt) == before


def test_two_searches_of_one_title_are_told_apart_by_their_ids(
    rt: Runtime, ada: Actor, sourcingx: CommandLine, search: uuid.UUID
) -> None:
    full_search(rt, ada, 6, seed=2)
    code, _, err = sourcingx("archive", "Backend Bern")
    assert code == 2 and "Several searches have this title" in err
    assert sourcingx.json("archive", str(search))["people"] == 12


def test_a_failure_is_told_and_leaves_the_search(rt: Runtime, sourcingx: CommandLine, search: uuid.UUID) -> None:
    before = dump(rt)
    sourcingx.json("archive", "Backend Bern")
    change(rt, "UPDATE archives SET files = jsonb_set(files, '{1,sha256}', '\"0\"')")
    code, _, err = sourcingx("restore-search", "Backend Bern")
    assert code == 1 and "file of notes is damaged" in err
    assert hot(rt, search)["candidates"] == 0
    assert before["candidates"]
