"""What is held of one person: everything, with where it came from and who did what."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.decisions import candidates
from services.decisions.candidates import action_of
from services.errors import BadInput, Forbidden, NotFound
from services.people import notes
from services.privacy import data_report, erasures
from services.runtime import Runtime
from services.searches import searches
from tests.archives import archive
from tests.integration.test_erasure import CANARY, EMAIL, HEADER, OTHER, URL, load, member
from tests.two_people import Two, laden, rows, two_people
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def search(rt: Runtime, alice: Actor, bob: Actor) -> str:
    """Alice's, with the canary in it, a note of Bob's and a stage."""
    found = str(searches.create_search(rt, alice, "Now").id)
    load(rt, alice, found, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    own = member(rt, found)
    notes.add_note(rt, bob, UUID(found), own, "Canary sings well")
    candidates.change(rt, bob, UUID(found), [own], action_of("stage", "rejected", "salary"), None)
    candidates.change(rt, bob, UUID(found), [own], action_of("stage", "shortlisted"), None)
    return found


def test_everything_is_told_with_its_origin(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    away = str(searches.create_search(rt, alice, "Long ago").id)
    load(rt, alice, away, f"{HEADER}\n{CANARY}\n")
    archive(rt, alice, UUID(away))
    (found,) = data_report.reports(rt, admin, EMAIL)
    values = {value.field: (value.value, value.source) for value in found.values}
    assert values["email"] == (EMAIL, found.profile["source"]) and values["company"][0] == "Canary Ltd"
    assert [(row["title"], row["stage"], row["archived"]) for row in found.searches] == [
        ("Now", "shortlisted", False), ("Long ago", "new", True)]  # fmt: skip
    told = [(event["who"], event["what"], event["said"]) for event in found.events]
    assert told == [
        ("Bob Teammate", "note", "Canary sings well"), ("Bob Teammate", "stage", '"new" → "rejected" · salary'),
        ("Bob Teammate", "stage", '"rejected" → "shortlisted"')]  # fmt: skip
    assert found.records["profile_raw"][0]["raw"]["Note"] == "canary in raw"
    assert json.loads(json.dumps(found.plain(), default=str))["profile"]["full_name"] == "Canary Person"


def test_whoever_has_no_address_is_named_by_a_link(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    load(rt, alice, search, f"{HEADER}\nCanary Nameless,,,,Tamer,Circus,,\n")
    own = member(rt, search, "Canary Nameless")
    link = f"https://sourcing.example/search/{search}?status=all&person={own}&sort=full_name.asc"
    (found,) = data_report.reports(rt, admin, link)
    assert found.profile["full_name"] == "Canary Nameless"
    for wrong in (link.replace(search, str(uuid4())), f"/search/{search}?person=999999999"):
        with pytest.raises(NotFound):
            data_report.reports(rt, admin, wrong)
    for wrong in (f"/search/{search}", f"/search/{search}?person=x", "/search/x?person=1"):
        with pytest.raises(BadInput):
            data_report.reports(rt, admin, wrong)
    assert erasures.erase_by_address(rt, admin, link, "erase").people == 1
    assert rows(rt, "SELECT 1 FROM profiles WHERE full_name = 'Canary Nameless'") == []


def test_every_table_about_people_is_in_it(rt: Runtime, alice: Actor, bob: Actor, admin: Actor) -> None:
    two: Two = two_people(rt, alice)
    laden(rt, two, alice, bob)
    (found,) = data_report.reports(rt, admin, "https://www.linkedin.com/in/zoe-b")
    known = {row["place"] for row in rows(rt, "SELECT place FROM identity_tables")}
    assert set(found.records) == known - {"merges"}
    assert {event["what"] for event in found.events} >= {
        "note",
        "verdict",
        "override",
        "exclusion",
        "stage",
        "decision",
    }


def test_it_is_for_admins_and_addresses_and_the_log_knows_not_of_whom(
    rt: Runtime, alice: Actor, admin: Actor, search: str
) -> None:
    with pytest.raises(Forbidden):
        data_report.reports(rt, alice, URL)
    with pytest.raises(BadInput):
        data_report.reports(rt, admin, "Canary Person")
    with pytest.raises(NotFound):
        data_report.reports(rt, admin, "nobody@example.com")
    data_report.reports(rt, admin, URL)
    told = rows(rt, "SELECT subject, detail::text AS detail FROM audit_log WHERE action = 'people.report'")
    assert len(told) == 1 and told[0]["subject"].isdigit() and told[0]["detail"] == "{}"


# -- the page ------------------------------------------------------------------------------------


def show(client: Browser, address: Any) -> Any:
    return call(client, "report-answer.children", [(ids.REPORT_SHOW, "n_clicks", 1)],
                [(ids.REPORT_ADDRESS, "value", address)])  # fmt: skip


def download(client: Browser, address: Any) -> Any:
    return call(client, "..report-download.data...report-answer.children..", [(ids.REPORT_JSON, "n_clicks", 1)],
                [(ids.REPORT_ADDRESS, "value", address)])  # fmt: skip


def test_an_admin_reads_and_downloads_it(
    rt: Runtime, client_for: ClientFor, admin: Actor, alice: Actor, search: str
) -> None:
    client = client_for(admin)
    body = json.dumps(show(client, URL).get_json(), ensure_ascii=False)
    for said in ("Canary Person", "Canary sings well", "canary in raw", text.REPORT_PRINT):
        assert said in body, said
    file = download(client, URL).get_json()["response"][ids.REPORT_DOWNLOAD]["data"]
    assert file["filename"] == "data-report.json"
    assert json.loads(file["content"])[0]["profile"]["email"] == EMAIL
    # A refusal stands beside the field.
    for answered in (show(client, "nobody@example.com"), download(client, "")):
        assert "sx-problem" in json.dumps(answered.get_json()["response"][ids.REPORT_ANSWER])
    assert show(client_for(alice), URL).status_code == 403
