"""Crustdata and SalesQL over real HTTP: what is asked, what each answer means, what each failure is called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.vendors.crustdata import CrustdataClient
from services.vendors.lookups import Contact
from services.vendors.salesql import SalesqlClient
from services.vendors.vendor_errors import (
    BadKey,
    NoCredit,
    NotSetUp,
    NotUnderstood,
    RateLimited,
    Rejected,
    ServerFault,
    Unanswered,
    Unreachable,
    VendorError,
)
from tests.stubs.crustdata_server import CrustdataStub
from tests.stubs.salesql_server import SalesqlStub

GENERATIONS = ("legacy", "current")


def url(slug: str) -> str:
    return f"https://www.linkedin.com/in/{slug}"


@pytest.fixture(params=GENERATIONS)
def crustdata(request: pytest.FixtureRequest) -> Iterator[CrustdataStub]:
    with CrustdataStub(request.param) as stub:
        yield stub


@pytest.fixture
def salesql() -> Iterator[SalesqlStub]:
    with SalesqlStub() as stub:
        yield stub


def ask(stub: CrustdataStub, *slugs: str, key: str = "", timeout_s: float = 30) -> Any:
    client = CrustdataClient(stub.url, key or stub.key, stub.generation, 3, timeout_s=timeout_s)
    try:
        return client.look_up([url(slug) for slug in slugs])
    finally:
        client.close()


def ask_salesql(stub: SalesqlStub, *slugs: str, batch: int = 100, key: str = "", timeout_s: float = 30) -> Any:
    client = SalesqlClient(f"{stub.url}/v1", key or stub.key, batch, timeout_s=timeout_s)
    try:
        return client.look_up([url(slug) for slug in slugs])
    finally:
        client.close()


# -- Crustdata ----------------------------------------------------------------------------------------


def test_a_batch_is_matched_by_address_whatever_its_order(crustdata: CrustdataStub) -> None:
    slugs = ["ana-one", "lost-two", "nobody-three", "nobody-empty", "bo-four", "queued-five"]
    found = ask(crustdata, *slugs)
    assert set(found.found) == {url("ana-one"), url("bo-four")}
    assert found.missed == {url("lost-two"), url("nobody-three"), url("nobody-empty")}
    assert found.queued == {url("queued-five")} and found.retry_s == 3600
    assert found.credits == 6
    row = found.found[url("ana-one")].row
    assert row["name"] == "Ana One" and row["title"] and row["company"]
    assert len(row["past_employers"]) == 2 and len(row["current_employers"]) == 1
    assert row["education_background"][0]["start_date"].startswith("20")
    assert found.found[url("bo-four")].row["name"] == "Bo Four"


def test_one_who_is_being_fetched_is_there_later(crustdata: CrustdataStub) -> None:
    assert ask(crustdata, "queued-one").queued == {url("queued-one")}
    crustdata.ready = True
    assert set(ask(crustdata, "queued-one").found) == {url("queued-one")}


def test_one_whom_nobody_knows_is_missed_and_costs_nothing(crustdata: CrustdataStub) -> None:
    found = ask(crustdata, "nobody-one")
    assert (found.missed, found.credits) == ({url("nobody-one")}, 0)


def test_a_404_about_everyone_is_a_miss_of_each(crustdata: CrustdataStub) -> None:
    crustdata.failing = 404, {"error": "not found"}, {}
    found = ask(crustdata, "ana-one", "bo-two")
    assert (found.missed, found.credits) == ({url("ana-one"), url("bo-two")}, 0)


def test_a_person_whose_page_cannot_be_read_fails_alone() -> None:
    with CrustdataStub("legacy") as stub:
        found = ask(stub, "ana-one", "broken-two")
        assert set(found.found) == {url("ana-one")} and "PE04" in found.failed[url("broken-two")]
        assert "PE04" in ask(stub, "broken-two").failed[url("broken-two")]


@pytest.mark.parametrize("code", ["PE01", "PE02", "PE04"])
def test_an_error_in_a_person_s_place_is_no_miss_that_is_remembered(crustdata: CrustdataStub, code: str) -> None:
    if crustdata.generation == "legacy":
        entry: dict[str, Any] = {"error": code, "linkedin_profile_url": url("bo-two")}
    else:
        entry = {"matched_on": url("bo-two"), "error": {"code": code}, "matches": []}
    crustdata.then((200, [entry], {}))
    found = ask(crustdata, "ana-one", "bo-two")
    assert found.missed == {url("ana-one")} and code in found.failed[url("bo-two")] and found.credits == 0


def test_one_answer_to_one_question_is_about_them_whatever_it_calls_them() -> None:
    person = {"basic_profile": {"name": "Ana One"}}
    entry = {"match_type": "url", "matches": [{"confidence_score": 1.0, "person_data": person}]}
    with CrustdataStub("current") as stub:
        stub.then((200, [entry], {}), (200, [entry], {}))
        assert set(ask(stub, "ana-one").found) == {url("ana-one")}
        # Of two nobody knows who is meant.
        assert ask(stub, "ana-one", "bo-two").found == {}


@pytest.mark.parametrize("slugs", [("ana-one",), ("ana-one", "bo-two")])
def test_a_page_that_says_404_is_a_wrong_address_and_no_miss(
    crustdata: CrustdataStub, salesql: SalesqlStub, slugs: tuple[str, ...]
) -> None:
    page = (404, "<html>No such page</html>", {})
    crustdata.failing = salesql.failing = page
    for look in (lambda: ask(crustdata, *slugs), lambda: ask_salesql(salesql, *slugs)):
        with pytest.raises(Rejected, match="an admin checks its settings"):
            look()


@pytest.mark.parametrize("code", ["PE01", "PE02"])
def test_a_vendor_that_is_unavailable_says_so(crustdata: CrustdataStub, code: str) -> None:
    crustdata.failing = 500, {"error_code": code}, {}
    with pytest.raises(ServerFault) as caught:
        ask(crustdata, "ana-one")
    assert code in str(caught.value) and caught.value.retryable


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ((400, {"error": "bad"}, {}), Rejected),
        ((401, {"error": "no"}, {}), BadKey),
        ((403, {"error": "Insufficient credits"}, {}), NoCredit),
        ((403, {"error": "forbidden"}, {}), BadKey),
        ((402, {"error": "pay"}, {}), NoCredit),
        ((429, {"error": "slow down"}, {"retry-after": "7"}), RateLimited),
        ((500, "<html>", {}), ServerFault),
        ((200, "<html>A proxy</html>", {}), NotUnderstood),
        ((200, {"surprise": 1}, {}), NotUnderstood),
    ],
)
def test_every_failure_has_a_cause_and_a_message_that_says_what_to_do(
    crustdata: CrustdataStub, answer: Any, cause: type[VendorError]
) -> None:
    crustdata.failing = answer
    with pytest.raises(VendorError) as caught:
        ask(crustdata, "ana-one", "bo-two")
    assert type(caught.value) is cause
    assert "Crustdata" in caught.value.message and crustdata.key not in caught.value.message
    if cause is RateLimited:
        assert caught.value.retry_after == 7


def test_the_account_says_what_is_left_in_the_present_interface_only(crustdata: CrustdataStub) -> None:
    client = CrustdataClient(crustdata.url, crustdata.key, crustdata.generation, 3)
    assert client.credits_left() == (None if crustdata.generation == "legacy" else crustdata.credits)
    client.close()


def test_a_wrong_key_and_none_are_told_apart(crustdata: CrustdataStub) -> None:
    with pytest.raises(BadKey):
        ask(crustdata, "ana-one", key="wrong-canary")
    with pytest.raises(NotSetUp, match="CRUSTDATA_API_KEY"):
        CrustdataClient(crustdata.url, "", "current", 3)


def test_nobody_there_is_surely_not_asked_and_a_slow_answer_perhaps_was(crustdata: CrustdataStub) -> None:
    crustdata.hold.clear()
    with pytest.raises(Unanswered) as slow:
        ask(crustdata, "ana-one", timeout_s=0.2)
    assert slow.value.made
    crustdata.hold.set()
    client = CrustdataClient("http://127.0.0.1:9", crustdata.key, "current", 3)
    with pytest.raises(Unreachable) as gone:
        client.look_up([url("ana-one")])
    assert not gone.value.made
    client.close()


# -- SalesQL ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 100])
def test_contacts_come_with_type_and_state_in_one_spelling(salesql: SalesqlStub, batch: int) -> None:
    found = ask_salesql(salesql, "ana-one", batch=batch)
    person = found.found[url("ana-one")]
    assert Contact("email", "ana-one@home.example", "private", "valid") in person.contacts
    assert Contact("email", "ana-one@work.example", "work", "valid") in person.contacts
    assert [one.kind for one in person.contacts].count("phone") == 1
    assert found.credits == 1


def test_many_are_asked_about_at_once_and_misses_are_free(salesql: SalesqlStub) -> None:
    slugs = [*(f"ana-{n}" for n in range(60)), *(f"nobody-{n}" for n in range(39)), "bare-one"]
    found = ask_salesql(salesql, *slugs)
    assert (len(found.found), len(found.missed), found.credits, salesql.requests) == (60, 40, 60, 1)


def test_one_whom_nobody_knows_is_a_miss_and_no_error(salesql: SalesqlStub) -> None:
    assert ask_salesql(salesql, "nobody-one").missed == {url("nobody-one")}


def test_an_error_in_a_person_s_place_is_no_miss_unless_it_says_so(salesql: SalesqlStub) -> None:
    bo = {"linkedin_url": url("bo-two"), "emails": [{"email": "bo@work.example", "type": "Work", "status": "Valid"}]}
    salesql.then((200, [{"error": "Not found", "status": 404}, bo, {"error": {"code": 500}}, {"error": "?"}], {}))
    found = ask_salesql(salesql, "ana-one", "bo-two", "cy-three", "di-four")
    assert (set(found.found), found.missed) == ({url("bo-two")}, {url("ana-one"), url("di-four")})
    assert "HTTP 500" in found.failed[url("cy-three")] and found.credits == 1


@pytest.mark.parametrize("slug", ["ACwAAB12cdEfg", "ACoAAAB12cdEfg"])
def test_an_opaque_address_is_never_sent(salesql: SalesqlStub, slug: str) -> None:
    found = ask_salesql(salesql, slug, "ana-one")
    assert found.missed == {url(slug)} and set(found.found) == {url("ana-one")}
    assert ask_salesql(salesql, slug).missed == {url(slug)}
    assert salesql.opaque == 0 and salesql.asked == [url("ana-one")]


@pytest.mark.parametrize("old", [True, False])
def test_the_allowance_is_read_in_both_shapes(old: bool) -> None:
    with SalesqlStub(credits=42, old_allowance=old) as stub:
        client = SalesqlClient(f"{stub.url}/v1", stub.key)
        assert client.credits_left() == 42
        client.close()


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ((401, {}, {}), BadKey),
        ((402, {}, {}), NoCredit),
        ((429, {"message": "Rate limit exceeded"}, {}), RateLimited),
        ((500, {}, {}), ServerFault),
        ((422, {}, {}), Rejected),
        ((200, [], {}), NotUnderstood),
        ((200, "<html>", {}), NotUnderstood),
    ],
)
@pytest.mark.parametrize("slugs", [("ana-one",), ("ana-one", "bo-two")])
def test_every_failure_of_salesql_has_a_cause(
    salesql: SalesqlStub, answer: Any, cause: type[VendorError], slugs: tuple[str, ...]
) -> None:
    salesql.failing = answer
    with pytest.raises(VendorError) as caught:
        ask_salesql(salesql, *slugs)
    assert type(caught.value) is cause and salesql.key not in caught.value.message


def test_salesql_without_a_key_is_not_set_up(salesql: SalesqlStub) -> None:
    with pytest.raises(NotSetUp, match="SALESQL_API_KEY"):
        SalesqlClient(salesql.url, "")
    with pytest.raises(BadKey):
        ask_salesql(salesql, "ana-one", key="wrong")
