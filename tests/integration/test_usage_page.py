"""The usage page and the ledger as a file: what recruiters and admins see of it, by whom, for what, in which month."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.test import TestResponse

from layouts import ids, text
from services.access.identity import Actor
from services.errors import BadInput
from services.runtime import Runtime
from services.searches import searches
from services.spending import budget_settings, usage, usage_ledger
from tests.screening import add_search, value
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
SAVE = f"..{ids.ADMIN_USAGE}.children...{ids.USAGE_LEFT}.children...{ids.BUDGET_ANSWER}.children.."


def spend(rt: Runtime, actor: Actor, cost: Any, search: str | None = None, **more: Any) -> None:
    given = {"model": "gpt-6-luna", "input_tokens": 1_000, "output_tokens": 50, **more}
    known = None if cost is None else Decimal(str(cost))
    with rt.db.connection() as conn:
        usage_ledger.record(
            conn, actor.user_id, usage_ledger.Call("openai", "ok", search_id=search, cost=known, **given)
        )


def show(client: Browser, query: str = "") -> str:
    answer = call(client, "page.children", [(ids.URL, "pathname", "/usage")], [(ids.URL, "search", query)])
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.dumps(answer.get_json()["response"][ids.PAGE]["children"], ensure_ascii=False)


def save(client: Browser, whose: Any, amount: Any) -> TestResponse:
    state: list[Any] = [
        [(ids.budget_amount(whose), "value", amount)], [(ids.budget_amount(whose), "id", ids.budget_amount(whose))]
    ]  # fmt: skip
    inputs: list[Any] = [[(ids.budget_save(whose), "n_clicks", 1)]]
    triggered = json.dumps(ids.budget_save(whose), sort_keys=True, separators=(",", ":")) + ".n_clicks"
    return call(client, SAVE, inputs, state, triggered=triggered)


@pytest.fixture
def spent(rt: Runtime, alice: Actor, bob: Actor) -> dict[str, str]:
    """Alice and Bob on the team's search, each on one of their own; someone is on the team's shortlist."""
    made = {"team": add_search(rt, alice, 4, "Team search")}
    made["alice"] = str(searches.create_search(rt, alice, "Alice alone", visibility="private").id)
    made["bob"] = str(searches.create_search(rt, bob, "Bob alone", visibility="private").id)
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'team' WHERE id = %s", [made["team"]])
        conn.execute(
            "UPDATE candidates SET stage = CASE mod(id, 2) WHEN 0 THEN 'shortlisted' ELSE 'rejected' END "
            "WHERE search_id = %s", [made["team"]],
        )  # fmt: skip
    spend(rt, alice, 3, made["team"])
    spend(rt, bob, 5, made["team"])
    spend(rt, alice, "0.25", made["alice"])
    spend(rt, bob, 7, made["bob"])
    return made


def test_recruiters_see_their_own_and_what_their_searches_cost(
    rt: Runtime, alice: Actor, spent: dict[str, str]
) -> None:
    found = usage.read(rt, alice)
    assert not found.everyone
    assert [(one.label, one.cost) for one in found.people] == [("Alice Owner", Decimal("3.25"))]
    assert [(one.title, one.cost, one.shortlisted, one.per_shortlisted) for one in found.searches] == [
        ("Team search", 8, 2, 4), ("Alice alone", Decimal("0.25"), 0, None),
    ]  # fmt: skip
    assert [one.cost for one in found.models] == [one.cost for one in found.months] == [Decimal("3.25")]


def test_each_source_s_cost_is_set_against_who_is_shortlisted(
    rt: Runtime, alice: Actor, admin: Actor, spent: dict[str, str], client_for: ClientFor
) -> None:
    with rt.db.connection() as conn:
        usage_ledger.record(
            conn, alice.user_id, usage_ledger.Call("phantombuster", "ok", spent["team"], units=7_200, unit="seconds",
                                                   cost=Decimal(3)))  # fmt: skip
    # Two people are on the team's shortlist, nobody on Alice's.
    found = [(one.vendor, one.cost, one.shortlisted, one.searches, one.per_shortlisted) for one in usage.read(
        rt, alice).sources]  # fmt: skip
    assert found == [
        ("openai", Decimal("8.25"), 2, 2, Decimal("4.125")), ("phantombuster", 3, 2, 1, Decimal("1.5"))
    ]  # fmt: skip
    assert usage.read(rt, admin).sources[0].cost == Decimal("15.25")
    page = show(client_for(alice))
    assert text.USAGE_BY_SOURCE in page and "$4.12" in page and "PhantomBuster (2.0 hours)" in page


def test_admins_see_everything(rt: Runtime, admin: Actor, spent: dict[str, str]) -> None:
    found = usage.read(rt, admin)
    assert found.everyone
    assert [(one.label, one.cost) for one in found.people] == [
        ("Bob Teammate", 12), ("Alice Owner", Decimal("3.25")),
    ]  # fmt: skip
    assert [one.title for one in found.searches] == ["Team search", "Bob alone", "Alice alone"]


def test_searches_without_a_line_of_their_own_are_summed_in_one(
    rt: Runtime, client_for: ClientFor, alice: Actor, admin: Actor, spent: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = usage.read(rt, admin)
    assert before.others == usage.Others(0, 0, Decimal(0), Decimal(0))
    assert "usage-others" not in show(client_for(admin))
    spend(rt, alice, 2)  # for no search
    monkeypatch.setattr(usage, "MOST_SEARCHES", 1)
    found = usage.read(rt, admin)
    assert [one.title for one in found.searches] == ["Team search"]
    assert found.others == usage.Others(2, 2, Decimal("7.25"), Decimal("7.25"))
    # All lines together are what was spent, in money and in calls.
    assert found.searches[0].cost + found.others.cost + found.gone[1] == sum(one.cost for one in found.people)
    assert found.searches[0].calls + found.others.calls + found.gone[0] == sum(one.calls for one in found.people)
    # What stands by source is of all of them, with a line or without.
    assert found.sources == before.sources
    page = show(client_for(admin))
    assert text.USAGE_OTHERS[1].format(n="2") in page and "$7.25" in page
    # Of others' searches that one may not see there is nothing in it.
    assert usage.read(rt, alice).others == usage.Others(1, 1, Decimal("0.25"), Decimal("0.25"))


def test_a_viewer_who_used_nothing_sees_the_searches_of_the_team(
    rt: Runtime, charlie: Actor, spent: dict[str, str]
) -> None:
    found = usage.read(rt, charlie)
    assert (found.people, found.models, [one.title for one in found.searches]) == ((), (), ["Team search"])


def test_what_one_spent_on_a_search_that_is_not_theirs_to_see_any_more_still_adds_up(
    rt: Runtime, client_for: ClientFor, bob: Actor, spent: dict[str, str]
) -> None:
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private' WHERE id = %s", [spent["team"]])
    found = usage.read(rt, bob)
    assert [one.title for one in found.searches] == ["Bob alone"] and found.gone == (1, 5)
    assert found.people[0].cost == sum(one.cost for one in found.searches) + found.gone[1] == 12
    page = show(client_for(bob))
    assert text.USAGE_GONE in page and "Team search" not in page


def test_what_a_deleted_search_cost_is_not_lost(
    rt: Runtime, client_for: ClientFor, alice: Actor, admin: Actor, spent: dict[str, str]
) -> None:
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM searches WHERE id = %s", [spent["bob"]])
    assert usage.read(rt, admin).gone == (1, 7)
    assert usage.read(rt, alice).gone == (0, 0)
    assert sum(one.cost for one in usage.read(rt, admin).people) == Decimal("15.25")
    client = client_for(admin)
    assert {one["search"] for one in lines(client.get("/usage.csv"))} == {"Team search", "Alice alone", ""}
    assert text.USAGE_GONE in show(client)


def test_an_archived_search_keeps_its_cost_and_counts_nobody(rt: Runtime, alice: Actor, spent: dict[str, str]) -> None:
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET archived_at = now() WHERE id = %s", [spent["team"]])
    (team, _) = usage.read(rt, alice).searches
    assert (team.archived, team.cost, team.shortlisted, team.per_shortlisted) == (True, 8, None, None)


def test_months_are_apart(rt: Runtime, alice: Actor, spent: dict[str, str]) -> None:
    with rt.db.connection() as conn:
        conn.execute(
            "INSERT INTO api_usage (user_id, search_id, vendor, model, cost, outcome, created_at) "
            "VALUES (%s, %s, 'openai', 'gpt-6-luna', 2, 'ok', '2025-01-31 23:59:59+00'), "
            "(%s, %s, 'openai', 'gpt-6-luna', 4, 'ok', '2025-02-01 00:00:00+00')",
            [alice.user_id, spent["team"], alice.user_id, spent["team"]],
        )
    assert [one.cost for one in usage.read(rt, alice, "2025-01").people] == [2]
    (team,) = usage.read(rt, alice, "2025-02").searches
    assert (team.cost, team.cost_ever, team.per_shortlisted) == (4, 14, 7)
    assert [one.cost for one in usage.read(rt, alice, "all").people] == [Decimal("9.25")]
    _, parts = usage.ledger_csv(rt, alice, "2025-01")
    assert [line["cost_usd"] for line in csv.DictReader(io.StringIO("".join(parts)))] == ["2.000000"]


@pytest.mark.parametrize("raw", ["x", "2026-13", "2026-1", "0000-01", 5, "2026-11-01", "²026-11"])
def test_what_is_no_month_is_refused(raw: Any) -> None:
    with pytest.raises(BadInput, match="2026-11"):
        usage.month_of(raw)


# ---- the page


def test_the_page_shows_what_was_spent(client_for: ClientFor, alice: Actor, spent: dict[str, str]) -> None:
    shown = show(client_for(alice))
    for said in ("$3.25", "Team search", "$8.00", "$4.00", "OpenAI · gpt-6-luna", "usage.csv?month="):
        assert said in shown, said
    assert "Bob alone" not in shown and ids.ADMIN_USAGE not in shown and text.USAGE_BY_PERSON not in shown
    assert text.USAGE_CHART.format(most="$3.25") in shown


def test_an_admin_sees_people_and_budgets(client_for: ClientFor, admin: Actor, spent: dict[str, str]) -> None:
    shown = show(client_for(admin))
    assert text.USAGE_BY_PERSON in shown and "Bob Teammate" in shown and ids.ADMIN_USAGE in shown


def test_before_anything_was_spent_it_says_what_to_do(client_for: ClientFor, alice: Actor) -> None:
    assert text.USAGE_EMPTY_TITLE in show(client_for(alice))


@pytest.mark.parametrize("query", ["?month=November", "?" + "&".join(f"a{n}=1" for n in range(30))])
def test_a_month_in_the_address_that_is_none_is_left_out(
    client_for: ClientFor, alice: Actor, spent: dict[str, str], query: str
) -> None:
    assert "$3.25" in show(client_for(alice), query)


def test_another_month_is_shown(client_for: ClientFor, alice: Actor, spent: dict[str, str]) -> None:
    output = f"{ids.USAGE}.children"
    chosen = call(client_for(alice), output, [(ids.USAGE_MONTH, "value", "2020-01")])
    shown = json.dumps(chosen.get_json()["response"][ids.USAGE]["children"])
    assert "January 2020" in shown and text.USAGE_NOTHING in shown
    refused = call(client_for(alice), output, [(ids.USAGE_MONTH, "value", {"x": 1})])
    assert "2026-11" in refused.get_data(as_text=True)


def test_calls_without_a_price_are_told(rt: Runtime, client_for: ClientFor, alice: Actor) -> None:
    spend(rt, alice, None, model="own-model")
    shown = show(client_for(alice))
    assert text.USAGE_UNPRICED.format(n="1") in shown and text.USAGE_NO_PRICE in shown


def test_an_admin_sets_a_budget_and_everyone_sees_what_is_left(
    rt: Runtime, client_for: ClientFor, admin: Actor, alice: Actor, spent: dict[str, str]
) -> None:
    client = client_for(admin)
    answer = save(client, "team", 20).get_json()["response"]
    assert "$4.75 left of the team's budget of $20.00" in json.dumps(answer[ids.USAGE_LEFT]["children"])
    assert "$4.75 left of the team's budget" in show(client_for(alice))
    assert save(client, alice.user_id, "3.25").status_code == 200
    assert "$0.00 left of your budget of $3.25" in show(client_for(alice))
    assert save(client, "team", None).status_code == 200
    assert budget_settings.read(rt, admin).team is None


def test_a_budget_that_is_none_is_refused_with_what_to_do(rt: Runtime, client_for: ClientFor, admin: Actor) -> None:
    answer = save(client_for(admin), "team", -5).get_json()["response"]
    assert "at least 0" in answer[ids.BUDGET_ANSWER]["children"] and ids.ADMIN_USAGE not in answer
    assert value(rt, "SELECT count(*) FROM budgets") == 0


def test_no_recruiter_sets_a_budget(client_for: ClientFor, alice: Actor) -> None:
    assert save(client_for(alice), "team", 5).status_code == 403


# ---- the file


def lines(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_the_ledger_is_a_file_with_a_line_a_call(client_for: ClientFor, alice: Actor, spent: dict[str, str]) -> None:
    answer = client_for(alice).get("/usage.csv?month=all")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="usage-all.csv"'
    found = lines(answer)
    assert [(one["person"], one["search"], one["cost_usd"]) for one in found] == [
        ("Alice Owner", "Team search", "3.000000"), ("Alice Owner", "Alice alone", "0.250000"),
    ]  # fmt: skip
    assert found[0].keys() == set(usage.HEADER)


def test_admins_get_everyones_lines_in_steps(
    rt: Runtime, client_for: ClientFor, admin: Actor, spent: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "STEP", 2)
    found = lines(client_for(admin).get("/usage.csv"))
    assert len(found) == 4
    assert sum(Decimal(one["cost_usd"]) for one in found) == Decimal("15.25")


def test_nothing_in_the_file_is_a_formula(rt: Runtime, client_for: ClientFor, alice: Actor) -> None:
    search = searches.create_search(rt, alice, "=HYPERLINK(1)")
    spend(rt, alice, None, str(search.id), model="@model")
    (line,) = lines(client_for(alice).get("/usage.csv"))
    assert (line["search"], line["model"]) == ("'=HYPERLINK(1)", "'@model")
    assert (line["cost_usd"], line["price_known"]) == ("", "no")


def test_the_file_says_which_lines_are_what_was_expected(rt: Runtime, client_for: ClientFor, alice: Actor) -> None:
    with rt.db.connection() as conn:
        for outcome, tokens in (("ok", 100), ("cut", 100), ("timed_out", 100), ("answer_lost", 100), ("timed_out", 0)):
            call = usage_ledger.Call("openai", outcome, input_tokens=tokens, cost=Decimal(0))
            usage_ledger.record(conn, alice.user_id, call)
    found = [(line["outcome"], line["estimated"]) for line in lines(client_for(alice).get("/usage.csv"))]
    assert found == [("ok", "no"), ("cut", "yes"), ("timed_out", "yes"), ("answer_lost", "yes"), ("timed_out", "no")]


def test_a_search_that_was_taken_from_someone_keeps_its_title_to_itself(
    rt: Runtime, client_for: ClientFor, alice: Actor, spent: dict[str, str]
) -> None:
    spend(rt, alice, 1, spent["bob"])
    assert {one["search"] for one in lines(client_for(alice).get("/usage.csv"))} == {"Team search", "Alice alone", ""}


def test_a_file_of_no_month_is_refused(client_for: ClientFor, alice: Actor) -> None:
    answer = client_for(alice).get("/usage.csv?month=x")
    assert answer.status_code == 400 and "2026-11" in answer.get_data(as_text=True)
