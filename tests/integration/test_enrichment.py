"""Enrichment runs from start to end: what is found of whom, at what cost; limits, pauses, failures, privacy."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from layouts import drawer, page_usage, text
from services import logs
from services.access.identity import Actor
from services.config import Settings
from services.enrichment import enrichment, enrichment_job, enrichment_wake, vendor_budget
from services.enrichment.vendor_budget import Clock
from services.enrichment.vendor_turns import Turns
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.filtering.list_rows import Entry
from services.people.person import person
from services.runs import runs
from services.runs.run_rights import REASONS
from services.runtime import Runtime
from services.screening.call_budget import BudgetClosed
from services.spending import usage
from tests.enrichment import add_people, chosen, profile, row, rows, start, value, with_vendors, work
from tests.filter_world import add_list
from tests.stubs.crustdata_server import CrustdataStub
from tests.stubs.salesql_server import SalesqlStub

ALL = ("history", "email", "phone")


class Time:
    """A vendor's time, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)

    def seconds(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(vendor_budget, "CLOCK", Clock(lambda: time.now))
    monkeypatch.setattr(enrichment_job, "PACE", replace(enrichment_job.PACE, look_s=0.05, failed_s=0.0))
    return time


@pytest.fixture
def salesql(clock: Time) -> Iterator[SalesqlStub]:
    with SalesqlStub(clock=clock.seconds) as stub:
        yield stub


@pytest.fixture(params=["current"])
def crustdata(request: pytest.FixtureRequest, clock: Time) -> Iterator[CrustdataStub]:
    with CrustdataStub(request.param, clock=clock.seconds) as stub:
        yield stub


@pytest.fixture
def settings(settings: Settings, salesql: SalesqlStub, crustdata: CrustdataStub) -> Settings:
    return with_vendors(settings, salesql, crustdata)


# -- what is found -------------------------------------------------------------------------------------


@pytest.mark.parametrize("crustdata", ["legacy", "current"], indirect=True)
def test_careers_fill_jobs_schools_and_skills_so_that_tenures_become_known(
    rt: Runtime, alice: Actor, crustdata: CrustdataStub
) -> None:
    search = add_people(rt, alice, ["ana-one", "nobody-two"])
    before = value(rt, "SELECT data_version FROM searches WHERE id = %s", search)
    run = work(rt, start(rt, alice, search, "history"))
    assert (run["state"], run["done"], run["failed"]) == ("done", 2, 0)
    assert {k: run["counts"][k] for k in ("found", "missed", "credits", "calls")} == {
        "found": 1, "missed": 1, "credits": 3, "calls": 1}  # fmt: skip
    ana = profile(rt, "ana-one")
    # Who they are stays as it was.
    assert ana["full_name"] == "Ada ana-one"
    assert ana["title"] and ana["company"] and ana["skills"] and ana["average_tenure_months"] > 0
    assert ana["years_experience"] > 0 and ana["current_tenure_months"] is not None
    jobs = rows(rt, "SELECT * FROM positions WHERE profile_id = %s ORDER BY started_on DESC", ana["id"])
    assert [job["is_current"] for job in jobs] == [True, False, False] and all(job["started_on"] for job in jobs)
    school = row(rt, "SELECT * FROM educations WHERE profile_id = %s", ana["id"])
    assert school["degree"] == "BSc" and school["ended_on"] is not None
    raw = row(rt, "SELECT source, raw FROM profile_raw WHERE profile_id = %s", ana["id"])
    assert raw["source"] == "crustdata" and ("basic_profile" in raw["raw"]) == (crustdata.generation == "current")
    member = row(rt, "SELECT * FROM candidates WHERE profile_id = %s", ana["id"])
    assert member["average_tenure_months"] == ana["average_tenure_months"] and member["skills"] == ana["skills"]
    assert value(rt, "SELECT data_version FROM searches WHERE id = %s", search) > before
    sources = rows(rt, "SELECT field, source FROM profile_fields WHERE profile_id = %s", ana["id"])
    assert {"title", "skills"} <= {one["field"] for one in sources} and {one["source"] for one in sources} == {
        "crustdata"
    }


def test_contacts_are_kept_with_type_state_source_and_the_work_one_is_used(rt: Runtime, alice: Actor) -> None:
    search = add_people(rt, alice, ["ana-one"])
    work(rt, start(rt, alice, search, "email", "phone"))
    ana = profile(rt, "ana-one")
    assert ana["email"] == "ana-one@work.example" and ana["phone"].startswith("+41")
    kept = rows(rt, "SELECT kind, value, type, status, source FROM profile_contacts ORDER BY kind, value")
    assert {(one["kind"], one["type"], one["status"], one["source"]) for one in kept} == {
        ("email", "private", "valid", "salesql"), ("email", "work", "valid", "salesql"),
        ("phone", "work", "valid", "salesql")}  # fmt: skip
    assert value(rt, "SELECT has_email FROM candidates") is True
    shown = person(rt, alice, UUID(search), value(rt, "SELECT id FROM candidates"))
    assert [(one.value, one.own) for one in shown.contacts if one.kind == "email"] == [
        ("ana-one@work.example", True), ("ana-one@home.example", False)]  # fmt: skip
    assert [(one.vendor, one.outcome) for one in shown.lookups] == [("salesql", "found")]
    assert {one.field: one.source for one in shown.sources}["email"] == "salesql"
    page = str(drawer.person_body(shown))
    assert text.PERSON_CONTACTS in page and "private · valid · SalesQL" in page and text.PERSON_CONTACT_OWN in page


def test_private_first_is_a_setting(rt: Runtime, alice: Actor) -> None:
    rt.settings = replace(rt.settings, enrich_email_first="private")
    work(rt, start(rt, alice, add_people(rt, alice, ["ana-one"]), "email"))
    assert profile(rt, "ana-one")["email"] == "ana-one@home.example"


def test_the_waterfall_stops_at_the_first_good_hit_and_goes_on_behind_a_poor_one(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, crustdata: CrustdataStub
) -> None:
    search = add_people(rt, alice, ["ana-one", "unsure-two", "bare-three", "nobody-four"])
    run = work(rt, start(rt, alice, search, "email"))
    assert len(salesql.asked) == 4
    assert {one.rpartition("/")[2] for one in crustdata.asked} == {"unsure-two", "bare-three", "nobody-four"}
    # An e-mail that nobody could verify is kept, and is not the person's own.
    assert profile(rt, "unsure-two")["email"] == ""
    assert value(rt, "SELECT count(*) FROM profile_contacts WHERE status = 'unverifiable'") == 2
    assert run["counts"]["found"] == 1


def test_the_next_source_has_what_the_first_did_not(
    rt: Runtime, alice: Actor, crustdata: CrustdataStub, salesql: SalesqlStub
) -> None:
    rt.settings = replace(rt.settings, enrich_email="crustdata,salesql")
    search = add_people(rt, alice, ["ana-one", "bare-two"])
    work(rt, start(rt, alice, search, "email"))
    assert profile(rt, "ana-one")["email"] == "ana-one@crust.example"
    assert [one.rpartition("/")[2] for one in salesql.asked] == ["bare-two"]


def test_a_vendor_asked_for_careers_is_not_asked_again_for_an_e_mail(
    rt: Runtime, alice: Actor, crustdata: CrustdataStub, salesql: SalesqlStub
) -> None:
    search = add_people(rt, alice, ["nobody-one", "unsure-two"])
    run = work(rt, start(rt, alice, search, *ALL))
    assert run["state"] == "done"
    assert len(crustdata.asked) == 2 and len(salesql.asked) == 2


def test_what_a_person_wrote_by_hand_stays(rt: Runtime, alice: Actor) -> None:
    search = add_people(rt, alice, ["ana-one"])
    with rt.db.connection() as conn:
        conn.execute("SELECT set_config('sourcingx.source', 'manual', true)")
        conn.execute("UPDATE profiles SET email = 'mine@example.com', title = 'Chief of all'")
    work(rt, start(rt, alice, search, *ALL, again=True))
    ana = profile(rt, "ana-one")
    assert (ana["email"], ana["title"]) == ("mine@example.com", "Chief of all") and ana["company"]


# -- who is asked about --------------------------------------------------------------------------------


def test_only_active_people_who_were_chosen_are_asked_about(rt: Runtime, alice: Actor, salesql: SalesqlStub) -> None:
    search = add_people(rt, alice, ["ana-one", "bo-two", "cy-three"])
    ids = [one["id"] for one in rows(rt, "SELECT id FROM candidates ORDER BY id")]
    with rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET filter_status = 'filtered_manual' WHERE id = %s", [ids[0]])
    work(rt, start(rt, alice, search, "email", only=ids[:2]))
    assert [one.rpartition("/")[2] for one in salesql.asked] == ["bo-two"]


def test_whoever_was_asked_about_lately_is_skipped_misses_too(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, clock: Time
) -> None:
    search = add_people(rt, alice, ["ana-one", "nobody-two"])
    rt.settings = replace(rt.settings, crustdata_api_key="")
    work(rt, start(rt, alice, search, "email"))
    found = enrichment.estimate(rt, alice, chosen(rt, search, ["email"]))
    assert (found.people, found.known, found.fresh, found.asked) == (2, 1, 1, 0)
    with pytest.raises(BadInput, match="nobody to look for"):
        start(rt, alice, search, "email")
    clock.now += timedelta(days=91)
    assert enrichment.estimate(rt, alice, chosen(rt, search, ["email"])).asked == 1
    work(rt, start(rt, alice, search, "email", again=True))
    assert len(salesql.asked) == 4


def test_nobody_can_be_found_by_an_opaque_address(rt: Runtime, alice: Actor, salesql: SalesqlStub) -> None:
    search = add_people(rt, alice, ["ana-one", "bo-two"])
    with rt.db.connection() as conn:
        conn.execute("UPDATE profile_urls SET url_key = 'linkedin:ACwAAB12cdE' WHERE url_key LIKE '%%bo-two'")
    found = enrichment.estimate(rt, alice, chosen(rt, search, ["email"]))
    assert (found.no_address, found.asked) == (1, 1)
    run = work(rt, start(rt, alice, search, "email"))
    assert (run["counts"]["no_address"], salesql.opaque, len(salesql.asked)) == (1, 0, 1)


def test_an_estimate_says_calls_credits_money_and_minutes(rt: Runtime, alice: Actor) -> None:
    rt.settings = replace(rt.settings, salesql_rpm=180, salesql_credit_usd=Decimal("0.1"), salesql_daily=300)
    search = add_people(rt, alice, [f"ana-{n}" for n in range(312)])
    crustdata, one = enrichment.estimate(rt, alice, chosen(rt, search, ["email"])).vendors
    assert (crustdata.people, crustdata.later, crustdata.credits) == (156, 156, 936)
    assert (one.people, one.credits, one.cost, one.left) == (312, 312, Decimal("31.2"), 300)
    assert one.minutes == pytest.approx(2.0)


def test_an_estimate_follows_the_waterfall_by_what_sources_knew_until_now(rt: Runtime, alice: Actor) -> None:
    rt.settings = replace(rt.settings, salesql_credit_usd=Decimal("0.1"), crustdata_credit_usd=Decimal("0.01"))
    search = add_people(rt, alice, [f"{'ana' if n < 6 else 'nobody'}-{n}" for n in range(30)])
    before = {one.standing.limits.vendor: one for one in enrichment.estimate(
        rt, alice, chosen(rt, search, ["email"])).vendors}  # fmt: skip
    # Nobody was asked about until now: every second one is taken to be known.
    assert (before["salesql"].people, before["salesql"].later, before["salesql"].expected_credits) == (30, 0, 15)
    assert (before["crustdata"].people, before["crustdata"].later) == (15, 15)
    assert (before["crustdata"].credits, before["crustdata"].cost) == (90, Decimal("0.90"))
    work(rt, start(rt, alice, search, "email"))
    more = add_people(rt, alice, [f"more-{n}" for n in range(30)], "More")
    found = enrichment.estimate(rt, alice, chosen(rt, more, ["email"]))
    after = {one.standing.limits.vendor: one for one in found.vendors}
    # SalesQL knew 6 of 30, so more of them are expected to be asked about at Crustdata.
    assert (after["salesql"].known, after["salesql"].rated) == (6, 30) and after["salesql"].expected_credits == 8
    assert after["crustdata"].people == after["crustdata"].later == 22
    assert found.cost == Decimal("3.9") and found.expected_cost is not None and found.expected_cost < found.cost


# -- who may -------------------------------------------------------------------------------------------


def test_viewers_and_strangers_may_not(rt: Runtime, alice: Actor, charlie: Actor, bob: Actor) -> None:
    search = add_people(rt, alice, ["ana-one"])
    with pytest.raises(Forbidden):
        start(rt, charlie, search, "email")
    run_id = start(rt, alice, search, "email")
    for call in (enrichment.pause, enrichment.go_on):
        with pytest.raises(NotFound):
            call(rt, bob, run_id)
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private'")
    with pytest.raises(Forbidden):
        enrichment.estimate(rt, bob, chosen(rt, search, ["email"]))
    with pytest.raises(Forbidden):
        enrichment.overview(rt, bob, search)


def test_one_enrichment_of_a_search_at_a_time(rt: Runtime, alice: Actor) -> None:
    search = add_people(rt, alice, ["ana-one"])
    start(rt, alice, search, "email")
    with pytest.raises(Conflict):
        start(rt, alice, search, "phone")


def test_a_right_that_was_lost_meanwhile_ends_the_run(rt: Runtime, alice: Actor, salesql: SalesqlStub) -> None:
    search = add_people(rt, alice, ["ana-one"])
    run_id = start(rt, alice, search, "email")
    with rt.db.connection() as conn:
        conn.execute("UPDATE users SET role = 'viewer' WHERE id = %s", [alice.user_id])
    run = work(rt, run_id)
    assert run["state"] == "cancelled" and run["message"].startswith(REASONS["role"]) and not salesql.asked


# -- limits --------------------------------------------------------------------------------------------


def test_it_pauses_when_the_day_is_used_and_goes_on_by_itself_the_next(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, clock: Time
) -> None:
    salesql.per_day = 40
    rt.settings = replace(rt.settings, salesql_daily=40, salesql_batch=25, crustdata_api_key="")
    run_id = start(rt, alice, add_people(rt, alice, [f"ana-{n}" for n in range(60)]), "email")
    run = work(rt, run_id)
    assert (run["state"], run["done"], len(salesql.asked), salesql.refused) == ("paused", 40, 40, 0)
    assert "SalesQL" in run["message"] and "00:00 on 02 June" in run["message"]
    clock.now = datetime(2026, 6, 1, 23, 59, tzinfo=UTC)
    assert enrichment_wake.wake_due(rt) == 0
    clock.now = datetime(2026, 6, 2, 0, 0, tzinfo=UTC)
    assert enrichment_wake.wake_due(rt) == 1
    run = work(rt, run_id)
    assert (run["state"], run["done"], len(set(salesql.asked)), len(salesql.asked)) == ("done", 60, 60, 60)


def test_other_sources_go_on_while_the_day_of_one_is_used(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, crustdata: CrustdataStub, clock: Time
) -> None:
    rt.settings = replace(rt.settings, salesql_daily=10, salesql_batch=5)
    salesql.per_day = 10
    # Careers are Crustdata's, e-mails SalesQL's first: who waits for it has their career at once.
    slugs = [f"bare-{n}" for n in range(30)]
    run_id = start(rt, alice, add_people(rt, alice, slugs), "email", "history")
    run = work(rt, run_id)
    assert (run["state"], run["done"], len(salesql.asked)) == ("paused", 10, 10), run["message"]
    assert len(crustdata.asked) == 30 and "SalesQL's 10 of today are used" in run["message"]
    assert value(rt, "SELECT count(*) FROM positions WHERE is_current") == 30
    assert datetime.fromisoformat(run["counts"]["_resume_at"]) == datetime(2026, 6, 2, tzinfo=UTC)
    for day in (2, 3):
        clock.now = datetime(2026, 6, day, tzinfo=UTC)
        assert enrichment_wake.wake_due(rt) == 1
        run = work(rt, run_id)
    assert (run["state"], run["done"], len(set(salesql.asked)), len(salesql.asked)) == ("done", 30, 30, 30)
    assert len(crustdata.asked) == 30 and salesql.refused == 0


def test_a_source_behind_one_that_is_used_up_goes_on_with_whom_it_has(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, crustdata: CrustdataStub, clock: Time
) -> None:
    rt.settings = replace(rt.settings, salesql_daily=10, salesql_batch=5)
    run_id = start(rt, alice, add_people(rt, alice, [f"nobody-{n}" for n in range(15)]), "email")
    run = work(rt, run_id)
    # Ten whom SalesQL does not know were asked about at Crustdata; five wait, and are not taken to it out of turn.
    assert (run["state"], run["done"], len(crustdata.asked)) == ("paused", 10, 10)
    clock.now += timedelta(days=1)
    assert enrichment_wake.wake_due(rt) == 1
    assert work(rt, run_id)["state"] == "done" and len(crustdata.asked) == 15


def test_a_source_that_cannot_be_asked_leaves_the_others_at_work(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, crustdata: CrustdataStub
) -> None:
    crustdata.then(*[(200, {"credits": 50}, {})], (401, {}, {}))
    run_id = start(rt, alice, add_people(rt, alice, ["ana-1", "ana-2"]), "history", "phone")
    run = work(rt, run_id)
    assert run["state"] == "paused" and "Crustdata does not take the key" in run["message"]
    assert run["counts"].get("_resume_at") is None and run["done"] == 0
    # What is another's to give is not kept waiting by that, and is not asked for again.
    assert profile(rt, "ana-1")["phone"] and profile(rt, "ana-2")["phone"] and len(salesql.asked) == 2
    enrichment.go_on(rt, alice, run_id)
    run = work(rt, run_id)
    assert (run["state"], run["done"], len(salesql.asked)) == ("done", 2, 2) and profile(rt, "ana-1")["skills"]


def test_someone_s_thousands_leave_a_colleague_their_forty(
    rt: Runtime, alice: Actor, bob: Actor, salesql: SalesqlStub, clock: Time
) -> None:
    rt.settings = replace(rt.settings, salesql_daily=100, salesql_batch=20, crustdata_api_key="")
    many = start(rt, alice, add_people(rt, alice, [f"ana-{n}" for n in range(150)]), "email")
    few = start(rt, bob, add_people(rt, bob, [f"bo-{n}" for n in range(40)], "Bob's"), "email")
    # Bob's waits in the queue while hers is at work.
    run = work(rt, many)
    assert (run["state"], run["done"]) == ("paused", 60) and "colleagues who have had less" in run["message"]
    assert datetime.fromisoformat(run["counts"]["_resume_at"]) == clock.now + timedelta(minutes=5)
    assert work(rt, few)["state"] == "done"
    clock.now += timedelta(minutes=5)
    assert enrichment_wake.wake_due(rt) == 1
    assert "100 of today are used" in work(rt, many)["message"] and len(salesql.asked) == 100
    # Nobody else wants any of the next day, so all of it is hers.
    clock.now += timedelta(days=1)
    assert enrichment_wake.wake_due(rt) == 1
    assert work(rt, many)["state"] == "done" and len(salesql.asked) == 190
    assert rows(rt, "SELECT * FROM vendor_wants") == []


def test_the_vendors_day_begins_when_the_setting_says(rt: Runtime) -> None:
    at = datetime(2026, 6, 1, 6, 59, tzinfo=UTC)
    late = replace(rt.settings, vendor_day_starts_h=7)
    assert vendor_budget.day_at(late, at).day == 31 and vendor_budget.next_day(late, at).hour == 7
    assert vendor_budget.day_at(late, at + timedelta(minutes=1)).day == 1


def test_what_an_admin_keeps_back_is_for_a_few_people_only(
    rt: Runtime, alice: Actor, bob: Actor, salesql: SalesqlStub
) -> None:
    rt.settings = replace(rt.settings, salesql_daily=40, crustdata_api_key="")
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO vendor_accounts (vendor, reserve) VALUES ('salesql', 10)")
    many = add_people(rt, alice, [f"ana-{n}" for n in range(60)])
    run = work(rt, start(rt, alice, many, "email"))
    assert (run["state"], run["done"]) == ("paused", 30)
    few = add_people(rt, bob, [f"bo-{n}" for n in range(5)])
    assert work(rt, start(rt, bob, few, "email"))["state"] == "done"
    assert len(salesql.asked) == 35


def test_a_lost_redis_forgets_no_day_and_lets_nobody_call(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    rt.settings = replace(rt.settings, salesql_daily=30, crustdata_api_key="")
    work(rt, start(rt, alice, add_people(rt, alice, [f"ana-{n}" for n in range(25)]), "email"))
    rt.redis.flushall()
    with rt.db.connection() as conn:
        assert vendor_budget.standing(conn, rt.settings, "salesql").left(100) == 5
    run_id = start(rt, alice, add_people(rt, alice, ["bo-1"]), "email")
    asked = len(salesql.asked)

    def closed(*_: Any) -> bool:
        if len(told) >= 2:
            with rt.db.connection() as conn:
                conn.execute("UPDATE runs SET cancel_requested = true WHERE id = %s", [run_id])
        told.append(1)
        raise BudgetClosed("Redis does not answer.")

    told: list[int] = []
    monkeypatch.setattr(Turns, "enter", closed)
    run = work(rt, run_id)
    assert run["state"] == "cancelled" and len(told) >= 2 and len(salesql.asked) == asked


def test_a_month_s_budget_holds_for_credits(rt: Runtime, alice: Actor, salesql: SalesqlStub) -> None:
    rt.settings = replace(
        rt.settings, salesql_credit_usd=Decimal("0.5"), salesql_batch=10, crustdata_api_key=""
    )  # fmt: skip
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO budgets (scope, amount, set_by) VALUES ('each', 10, %s)", [alice.user_id])
    run = work(rt, start(rt, alice, add_people(rt, alice, [f"ana-{n}" for n in range(30)]), "email"))
    assert run["state"] == "paused" and "budget of $10.00" in run["message"]
    assert value(rt, "SELECT sum(cost) FROM api_usage") == 10 and len(salesql.asked) == 20
    assert value(rt, "SELECT asked FROM vendor_days") == 20


def test_a_budget_cannot_be_kept_where_no_price_is_known(rt: Runtime, alice: Actor, salesql: SalesqlStub) -> None:
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO budgets (scope, amount, set_by) VALUES ('team', 10, %s)", [alice.user_id])
    run = work(rt, start(rt, alice, add_people(rt, alice, ["ana-one"]), "email"))
    assert run["state"] == "paused" and "SALESQL_CREDIT_USD" in run["message"] and not salesql.asked


# -- failures ------------------------------------------------------------------------------------------


def test_one_who_is_being_fetched_is_asked_about_again_after_an_hour(
    rt: Runtime, alice: Actor, crustdata: CrustdataStub, clock: Time
) -> None:
    run_id = start(rt, alice, add_people(rt, alice, ["ana-one", "queued-two"]), "history")
    run = work(rt, run_id)
    assert (run["state"], run["done"], run["counts"]["fetching"]) == ("paused", 1, 1)
    assert "one person" in run["message"] and "10:00 on 01 June" in run["message"]
    crustdata.ready = True
    clock.now += timedelta(minutes=59)
    assert enrichment_wake.wake_due(rt) == 0
    clock.now += timedelta(minutes=1)
    assert enrichment_wake.wake_due(rt) == 1
    run = work(rt, run_id)
    assert (run["state"], run["done"], run["counts"]["found"]) == ("done", 2, 2)
    assert [one.rpartition("/")[2] for one in crustdata.asked].count("ana-one") == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {}, {}), "does not take the key"),
        ((402, {}, {}), "add credit"),
        ((400, {}, {}), "rejects the request"),
    ],
)
def test_what_waiting_does_not_cure_pauses_until_someone_says_so(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, answer: Any, said: str
) -> None:
    salesql.then((200, {"credits": 5}, {}), answer)
    run_id = start(rt, alice, add_people(rt, alice, ["ana-one"]), "email")
    run = work(rt, run_id)
    assert run["state"] == "paused" and said in run["message"] and run["counts"].get("_resume_at") is None
    assert enrichment_wake.wake_due(rt) == 0
    enrichment.go_on(rt, alice, run_id)
    assert work(rt, run_id)["state"] == "done" and profile(rt, "ana-one")["email"]


def test_an_account_without_credit_is_not_even_asked(rt: Runtime, alice: Actor, salesql: SalesqlStub) -> None:
    salesql.credits = 0
    run = work(rt, start(rt, alice, add_people(rt, alice, ["ana-one"]), "email"))
    assert run["state"] == "paused" and "no credit left" in run["message"] and not salesql.asked


def test_a_rate_limit_is_waited_for_and_a_long_one_is_the_day_s(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, clock: Time
) -> None:
    left = (200, {"credits": 5}, {})
    salesql.then(left, (429, {}, {"retry-after": "0.01"}))
    run = work(rt, start(rt, alice, add_people(rt, alice, ["ana-one"]), "email"))
    assert run["state"] == "done" and run["counts"]["found"] == 1
    salesql.then(left, (429, {"message": "Rate limit exceeded"}, {"retry-after": "3600"}))
    run_id = start(rt, alice, add_people(rt, alice, ["bo-two"]), "email")
    run = work(rt, run_id)
    assert run["state"] == "paused" and "today's allowance is used" in run["message"]
    rt.redis.flushall()
    clock.now += timedelta(days=1)
    assert enrichment_wake.wake_due(rt) == 1
    assert work(rt, run_id)["state"] == "done"


def test_nobody_is_asked_about_who_is_not_to_be_contacted(rt: Runtime, alice: Actor, salesql: SalesqlStub) -> None:
    rt.settings = with_vendors(rt.settings, salesql)
    search_id = add_people(rt, alice, ["ana-1", "ana-2"])
    add_list(rt, alice, "do_not_contact", [Entry(1, "Ana", "Ana", "linkedin.com/in/ana-1")])
    run = work(rt, start(rt, alice, search_id, "email"))
    assert (run["state"], run["counts"]["found"], run["counts"]["left_alone"]) == ("done", 1, 1)
    assert [url.rstrip("/").rpartition("/")[2] for url in salesql.asked] == ["ana-2"]


def test_a_server_that_fails_is_tried_again_and_then_left_alone_for_a_while(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, clock: Time
) -> None:
    run_id = start(rt, alice, add_people(rt, alice, ["ana-one"]), "email")
    salesql.then((200, {"credits": 5}, {}), *[(500, {}, {})] * 3)
    run = work(rt, run_id)
    assert run["state"] == "paused" and "tried again by itself at 09:10" in run["message"]
    assert rows(rt, "SELECT DISTINCT outcome, cost FROM api_usage") == [{"outcome": "server_fault", "cost": 0}]
    clock.now += timedelta(minutes=10)
    assert enrichment_wake.wake_due(rt) == 1
    assert work(rt, run_id)["counts"]["found"] == 1


def test_an_answer_that_is_lost_is_not_asked_for_again_unless_a_person_says_so(
    rt: Runtime, alice: Actor, salesql: SalesqlStub
) -> None:
    rt.settings = replace(rt.settings, crustdata_api_key="")
    run_id = start(rt, alice, add_people(rt, alice, ["ana-one"]), "email")
    salesql.then((200, {"credits": 5}, {}), (200, "<html>A proxy</html>", {}))
    run = work(rt, run_id)
    assert (run["state"], run["failed"], run["counts"]["unknown"]) == ("done", 1, 1)
    (one,) = enrichment.failed(rt, alice, run_id)
    assert one.unknown and one.reason == "not_understood" and one.name == "Ada ana-one"
    enrichment.go_on(rt, alice, run_id)
    assert work(rt, run_id)["failed"] == 1 and not salesql.asked
    enrichment.go_on(rt, alice, run_id, unknown=True)
    assert work(rt, run_id)["counts"]["found"] == 1 and len(salesql.asked) == 1
    # Nobody knows what the lost one cost.
    assert [line["priced"] for line in rows(rt, "SELECT priced FROM api_usage ORDER BY id")] == [False, False]


def test_a_vendor_that_cannot_be_reached_was_not_asked(rt: Runtime, alice: Actor, clock: Time) -> None:
    rt.settings = replace(rt.settings, salesql_base_url="http://127.0.0.1:9/v1", crustdata_api_key="")
    run = work(rt, start(rt, alice, add_people(rt, alice, ["ana-one"]), "email"))
    assert run["state"] == "paused" and "cannot be reached" in run["message"]
    assert value(rt, "SELECT asked FROM vendor_days") == 0


def test_someone_deleted_or_merged_meanwhile_is_no_obstacle(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = add_people(rt, alice, ["ana-one", "bo-two"])
    run_id = start(rt, alice, search, "email")
    look_up = enrichment_job.client_of(rt.settings, "salesql").__class__.look_up

    def meanwhile(self: Any, urls: list[str]) -> Any:
        with rt.db.connection() as conn:
            conn.execute("DELETE FROM profiles WHERE linkedin_url LIKE '%%ana-one'")
        return look_up(self, urls)

    monkeypatch.setattr("services.vendors.salesql.SalesqlClient.look_up", meanwhile)
    run = work(rt, run_id)
    assert run["state"] == "done" and profile(rt, "bo-two")["email"]


# -- pause, cancel, accounts, privacy -------------------------------------------------------------------


def test_a_pause_keeps_what_was_found_and_goes_on_where_it_stopped(
    rt: Runtime, alice: Actor, salesql: SalesqlStub
) -> None:
    rt.settings = replace(rt.settings, salesql_batch=5)
    search = add_people(rt, alice, [f"ana-{n}" for n in range(15)])
    run_id = start(rt, alice, search, "email")
    assert enrichment.pause(rt, alice, run_id) == "paused"
    enrichment.go_on(rt, alice, run_id)
    assert work(rt, run_id)["state"] == "done" and len(salesql.asked) == 15


def test_a_cancelled_one_keeps_what_was_found(rt: Runtime, alice: Actor) -> None:
    run_id = start(rt, alice, add_people(rt, alice, ["ana-one"]), "email")
    assert runs.cancel_run(rt, alice, run_id) == "cancelled"
    enrichment.go_on(rt, alice, run_id)
    assert work(rt, run_id)["state"] == "done"


def test_every_request_is_in_the_ledger_with_its_credits_and_money(rt: Runtime, alice: Actor) -> None:
    rt.settings = replace(
        rt.settings, salesql_credit_usd=Decimal("0.1"), crustdata_credit_usd=Decimal("0.02")
    )  # fmt: skip
    search = add_people(rt, alice, ["ana-one", "nobody-two"])
    work(rt, start(rt, alice, search, "history", "phone"))
    found = rows(rt, "SELECT vendor, outcome, units, unit, cost, search_id::text, user_id FROM api_usage ORDER BY id")
    assert [(one["vendor"], one["outcome"], one["units"], one["unit"], one["cost"]) for one in found] == [
        ("crustdata", "ok", 3, "credits", Decimal("0.06")),
        ("salesql", "ok", 1, "credits", Decimal("0.1")),
    ]
    assert {(one["search_id"], one["user_id"]) for one in found} == {(search, alice.user_id)}
    (line,) = usage.read(rt, alice).searches
    assert line.per_shortlisted == Decimal("0.08")
    assert line.per_source == (("salesql", Decimal("0.05")), ("crustdata", Decimal("0.03")))
    page = str(page_usage.body(usage.read(rt, alice)))
    money = page_usage.money
    assert f"SalesQL {money(Decimal('0.05'))} · Crustdata {money(Decimal('0.03'))}" in page


def test_keys_and_addresses_are_nowhere_but_where_they_belong(
    rt: Runtime, alice: Actor, salesql: SalesqlStub, crustdata: CrustdataStub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    search = add_people(rt, alice, ["canary-person", "queued-two"])
    run_id = start(rt, alice, search, *ALL)
    salesql.then((200, {"credits": 5}, {}), (500, {"echo": salesql.key}, {}))
    work(rt, run_id)
    with rt.db.connection() as conn:
        found = conn.execute("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = [one["name"] for one in found]
        whole = {name: json.dumps(conn.execute(f'SELECT * FROM "{name}"').fetchall(), default=str) for name in tables}
    for name, held in whole.items():
        assert salesql.key not in held and crustdata.key not in held, name
    about = ("runs", "procrastinate_jobs", "vendor_calls", "enrichment_items", "api_usage", "audit_log")
    for name in about:
        assert "canary-person" not in whole[name], name
    # These two tell of every request; in our processes they are told not to.
    quiet = logs.dictionary(replace(rt.settings, log_level="DEBUG"))["loggers"]
    assert {quiet[name]["level"] for name in ("httpx2", "httpcore2")} == {"WARNING"}
    ours = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith(("httpcore2", "httpx2")))
    assert salesql.key not in ours and "canary-person" not in ours
