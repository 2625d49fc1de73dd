"""`sourcingx stage`."""

from __future__ import annotations

import json
import uuid

import pytest

from services.access import identity
from services.access.identity import Actor
from services.decisions import undo
from services.runtime import Runtime
from services.searches import searches
from tests.change_runs import counted, rows, version
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.people import Person, add_people

__all__ = ["sourcingx"]


@pytest.fixture
def ada(rt: Runtime) -> Actor:
    return identity.create_user(rt, "ada@example.com", "Ada Admin", "admin")


@pytest.fixture
def search(rt: Runtime, ada: Actor) -> uuid.UUID:
    """Sixty people, every tenth of them filtered out, and every third at Acme."""
    found = searches.create_search(rt, ada, "Leads").id
    people = [
        Person(
            f"Bo {n:02}", company="Zeta" if n % 3 else "Acme", filter_status="active" if n % 10 else "filtered_no_title"
        )
        for n in range(60)
    ]
    with rt.db.connection() as conn:
        add_people(conn, found, people)
    return found


def test_people_who_match_are_moved(rt: Runtime, ada: Actor, sourcingx: CommandLine, search: uuid.UUID) -> None:
    given = json.dumps({"company": {"filterType": "text", "type": "equals", "filter": "acme"}})
    done = sourcingx.json("stage", "Leads", "shortlisted", "--filter", given)
    assert (done["people"], done["changed"], done["unchanged"], done["skipped_changed"]) == (18, 18, 0, 0)
    assert counted(rt, search, "stage") == {"shortlisted": 18, "new": 42}
    again = sourcingx.json("stage", str(search), "shortlisted", "--filter", given)
    assert (again["changed"], again["unchanged"], again["batch"]) == (0, 18, None)
    assert undo.undo(rt, ada, done["batch"]).total == 18
    assert counted(rt, search, "stage") == {"new": 60}


def test_without_a_filter_the_usual_view_is_meant(rt: Runtime, sourcingx: CommandLine, search: uuid.UUID) -> None:
    code, out, err = sourcingx("stage", "Leads", "rejected")
    assert (code, err) == (0, "")
    assert "changed: 54" in out.splitlines()
    assert counted(rt, search, "stage") == {"rejected": 54, "new": 6}


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["Leads", "boss"], "invalid choice: 'boss'"),
        (["Leads"], "STAGE"),
        (["Nobody's", "hired"], "There is no search with this title."),
        (["Leads", "hired", "--filter", "{"], "--filter is not JSON."),
        (["Leads", "hired", "--filter", '{"salary": {"type": "equals"}}'], ""),
        (["Leads", "hired", "-q", "nobody-of-this-name"], "There is nobody in this list."),
        (["Leads", "hired", "--user", "nobody@example.com"], "There is no active user"),
        (["Leads", "hired", "--user", "vera@example.com"], "not change it"),
    ],
)
def test_bad_input_is_one_line_and_nothing_changes(
    rt: Runtime, sourcingx: CommandLine, search: uuid.UUID, argv: list[str], line: str
) -> None:
    identity.create_user(rt, "vera@example.com", "Vera Viewer", "viewer")
    before = version(rt, search)
    code, out, err = sourcingx("stage", *argv)
    assert (code, out) == (2, "")
    assert line in err
    assert err.count("\n") == 1
    assert (counted(rt, search, "stage"), version(rt, search)) == ({"new": 60}, before)
    assert rows(rt, "SELECT FROM runs") == []
