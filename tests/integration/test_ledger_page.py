"""The pages /search/<id>/ledger and /search/<id>/funnel, and why someone is out in the drawer."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable
from typing import Any, get_args

import pytest

from benchmarks.filter_reference import Row
from layouts import ids, text
from services.access.identity import Actor
from services.decisions import candidates
from services.filtering import ledger, ledger_csv, rules_in_force
from services.filtering.ledger import Choices
from services.filtering.list_rows import Entry
from services.runtime import Runtime
from tests.change_runs import change, rows, work
from tests.filter_pages import full, page, press_one, response, said
from tests.filter_world import add_list, add_rows, apply, named, statuses
from tests.people import add_search
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
LINES = "..ledger.children...ledger-by-rule.children.."
NURSES = {"kind": "title", "params": {"terms": ["nurse"], "has": True}}


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> uuid.UUID:
    """Twelve people of the team, nurses and others, some at Acme."""
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
    add_rows(rt, search_id, [
        Row(0, full_name=f"Ada {n:02}", title=("Nurse", "Engineer")[n % 2], company=("Acme", "Beeb", "Ceta")[n % 3],
            years_experience=(1, 9, None)[n // 4], email="a@example.com" if n < 5 else "")
        for n in range(12)
    ])  # fmt: skip
    return search_id


@pytest.fixture
def applied(rt: Runtime, alice: Actor, search: uuid.UUID) -> uuid.UUID:
    """Four people at Acme are out by the list, four nurses elsewhere by their title."""
    list_id, _ = add_list(rt, alice, "blacklisted_companies", named("Zeta", "ACME Ltd."))
    apply(rt, alice, search, [{"kind": "list", "params": {"list_id": list_id}}, NURSES])
    return search


def lines(
    client: Browser, search_id: Any, *, find: str = "", rule: Any = "any", state: str = "open", at: int = 0,
    button: str | None = None,
) -> Any:  # fmt: skip
    inputs = [
        (ids.LEDGER_FIND, "value", find), (ids.LEDGER_RULE, "value", rule), (ids.LEDGER_STATE, "value", state),
        (ids.LEDGER_PREVIOUS, "n_clicks", 1), (ids.LEDGER_NEXT, "n_clicks", 1), (ids.LEDGER_CHANGED, "data", None),
    ]  # fmt: skip
    triggered = {None: f"{ids.LEDGER_FIND}.value", "changed": f"{ids.LEDGER_CHANGED}.data"}.get(button)
    known = [(ids.LEDGER_AT, "data", at), (ids.LEDGER_SEARCH, "data", str(search_id))]
    return call(client, LINES, inputs, known, triggered=triggered or f"{button}.n_clicks")


def restore(client: Browser, search_id: uuid.UUID, person: Any, name: str = "Ada 00") -> Any:
    button = ids.ledger_restore(person)
    state: list[Any] = [[(button, "id", button)], [(button, "value", name)]]
    output = next(n for n in client.application.config["SOURCINGX_REGISTRY"].callbacks if n == "ledger-changed.data")
    return press_one(client, output, button, [*state, (ids.LEDGER_SEARCH, "data", str(search_id))])


def restore_many(client: Browser, search_id: uuid.UUID, rule_id: Any = None) -> Any:
    known = client.application.config["SOURCINGX_REGISTRY"].app.callback_map
    same = [name for name in known if name.startswith("..filter-run.data@")]
    output = next(name for name in same if "ledger-restore-rule" in known[name]["inputs"][0]["id"])
    button = ids.ledger_restore_rule(rule_id)
    inputs: list[Any] = [[(button, "n_clicks", 1)], (ids.LEDGER_RESTORE_ALL, "n_clicks", 1)]
    key = json.dumps(button, sort_keys=True, separators=(",", ":"))
    triggered = f"{key}.n_clicks" if rule_id is not None else f"{ids.LEDGER_RESTORE_ALL}.n_clicks"
    return call(client, output, inputs, [(ids.LEDGER_SEARCH, "data", str(search_id))], triggered=triggered)


def person(client: Browser, search_id: uuid.UUID, candidate_id: int) -> str:
    request = {"n": 1, "person": str(candidate_id), "position": None, "step": 0}
    view = {"search_id": str(search_id), "status": "all", "q": "", "f": {}, "sort": []}
    output = full(client, "..person-body.children...person-answer.data..")
    return said(call(client, output, [(ids.PERSON_REQUEST, "data", request)], [(ids.GRID_VIEW, "data", view)]))


# -- the ledger ----------------------------------------------------------------------------------------


def test_each_person_stands_with_rule_entry_row_version_who_and_when(
    alice: Actor, client_for: ClientFor, applied: uuid.UUID
) -> None:
    shown = page(client_for(alice), f"/search/{applied}/ledger")
    for part in ("Ada 00", "Leave out whose title has", "ACME Ltd.", text.LEDGER_ROW.format(row=2), "version 1",
                 "Alice Owner", "ledger-restore", "4 people"):  # fmt: skip
        assert part in shown, part
    assert "Ada 01" not in shown


def test_where_nobody_was_left_out_the_page_says_what_to_do(
    alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    shown = page(client_for(alice), f"/search/{search}/ledger")
    assert text.LEDGER_EMPTY_BODY in shown and text.LEDGER_EMPTY_LINK in shown


def test_lines_are_narrowed_down_and_paged_by_the_server(
    rt: Runtime, alice: Actor, client_for: ClientFor, applied: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(alice)
    assert "Ada 06" in said(lines(client, applied, find="ada 06"))
    assert "Ada 00" not in said(lines(client, applied, find="ada 06"))
    assert text.LEDGER_NOT_FOUND in said(lines(client, applied, find="nobody"))
    by_list = next(r["id"] for r in rows(rt, "SELECT id FROM filter_rules WHERE kind = 'list' AND run_id IS NOT NULL"))
    only = said(lines(client, applied, rule=str(by_list)))
    assert "Ada 03" in only and "Ada 02" not in only
    assert text.LEDGER_NOT_FOUND in said(lines(client, applied, state="closed"))
    monkeypatch.setattr("callbacks.ledger.PAGE", 5)
    second = said(lines(client, applied, button=ids.LEDGER_NEXT))
    assert text.LIST_SHOWN.format(first=6, last=8, total=8) in second
    assert text.LIST_SHOWN.format(first=1, last=5, total=8) in said(
        lines(client, applied, at=5, button=ids.LEDGER_PREVIOUS)
    )
    assert text.LIST_SHOWN.format(first=6, last=8, total=8) in said(
        lines(client, applied, at=500, button=ids.LEDGER_NEXT)
    )


@pytest.mark.parametrize("rule", ["x", "1; DROP", True, {"a": 1}, "9" * 40])
def test_nonsense_in_place_of_a_rule_is_one_message(
    alice: Actor, client_for: ClientFor, applied: uuid.UUID, rule: Any
) -> None:
    assert text.UNKNOWN_CALL in said(lines(client_for(alice), applied, rule=rule))


def test_who_may_only_look_sees_lines_and_no_buttons(
    charlie: Actor, client_for: ClientFor, applied: uuid.UUID, rt: Runtime
) -> None:
    client = client_for(charlie)
    shown = page(client, f"/search/{applied}/ledger")
    assert "Ada 00" in shown and "ledger-restore" not in shown
    out = next(one for one, status in statuses(rt, applied).items() if status != "active")
    assert restore(client, applied, out).status_code == 403
    assert restore_many(client, applied).status_code == 403
    assert "Ada 00" in said(lines(client, applied))


def test_another_persons_ledger_is_refused(rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor) -> None:
    with rt.db.connection() as conn:
        own = add_search(conn, alice, "private")
    client = client_for(bob)
    assert lines(client, own).status_code == 403
    assert restore_many(client, own).status_code == 403


@pytest.mark.parametrize("how", get_args(ledger.RestoredAs))
def test_however_a_line_was_closed_the_page_and_the_drawer_say_so(
    rt: Runtime, alice: Actor, client_for: ClientFor, applied: uuid.UUID, how: str
) -> None:
    out = min(one for one, status in statuses(rt, applied).items() if status != "active")
    candidates.change(rt, alice, applied, [out], candidates.action_of("restore"))
    change(rt, "UPDATE exclusions SET restored_as = %s WHERE candidate_id = %s", how, out)
    said_so = text.LEDGER_BACK[how].format(who="Alice Owner")
    assert said_so in said(lines(client_for(alice), applied, state="closed"))
    assert said_so in person(client_for(alice), applied, out)


def test_a_rule_that_was_applied_twice_is_one_reason(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    apply(rt, alice, search, [NURSES])
    add_rows(rt, search, [Row(0, full_name="Late Nurse", title="Nurse")])
    apply(rt, alice, search, [NURSES])
    (one,) = ledger.by_rule(rt, alice, search)
    assert one.people == 7
    shown = said(lines(client_for(alice), search, rule=str(one.rule_id)))
    assert "Late Nurse" in shown and "Ada 00" in shown


def test_an_entry_without_a_name_is_told_by_its_address(rt: Runtime, alice: Actor, search: uuid.UUID) -> None:
    entry = Entry(3, "a@example.com", "", email_key="a@example.com")
    list_id, _ = add_list(rt, alice, "do_not_contact", [entry])
    apply(rt, alice, search, [{"kind": "list", "params": {"list_id": list_id}}])
    found = ledger.page(rt, alice, search, Choices("A@example.com"))
    assert ({line.entry for line in found.lines}, found.total) == ({"a@example.com"}, 5)
    why = rows(rt, "SELECT DISTINCT entry FROM exclusion_reasons WHERE search_id = %s", search)
    assert why == [{"entry": "a@example.com"}]


# -- as a file --------------------------------------------------------------------------------------------


def table_of(client: Browser, search_id: uuid.UUID, **asked: str) -> list[dict[str, str]]:
    answer = client.get(f"/search/{search_id}/ledger.csv", query_string=asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=filtered-out.csv"
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_lines_that_the_page_shows_are_there_as_a_file(
    rt: Runtime, alice: Actor, client_for: ClientFor, applied: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_csv, "LINES_AT_A_TIME", 3)
    client = client_for(alice)
    shown = json.loads(page(client, f"/search/{applied}/ledger"))
    assert text.LEDGER_DOWNLOAD.format(n=8) in json.dumps(shown, ensure_ascii=False)
    found = table_of(client, applied, show="open")
    assert tuple(found[0]) == ledger_csv.COLUMNS and len(found) == 8
    by_list = next(row for row in found if row["full_name"] == "Ada 00")
    assert (by_list["entry"], by_list["entry_row"], by_list["list_version"], by_list["excluded_by"]) == (
        "ACME Ltd.", "2", "1", "Alice Owner")  # fmt: skip
    assert by_list["exclusion_reason"].startswith("Leave out who is on the list")
    assert [row["full_name"] for row in table_of(client, applied, q="ada 06", show="open")] == ["Ada 06"]
    out = min(one for one, status in statuses(rt, applied).items() if status != "active")
    candidates.change(rt, alice, applied, [out], candidates.action_of("restore"))
    (closed,) = table_of(client, applied, show="closed")
    assert (closed["restored_as"], closed["restored_by"]) == ("person", "Alice Owner")
    assert len(table_of(client, applied)) == 8 and len(table_of(client, applied, show="open")) == 7
    assert rows(rt, "SELECT count(*) AS n FROM audit_log WHERE action = 'ledger.download'") == [{"n": 5}]


def test_a_file_of_the_ledger_runs_no_formula(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    add_rows(rt, search, [Row(0, full_name='=HYPERLINK("x")', title="Nurse, =1+1", company="@cmd")])
    apply(rt, alice, search, [NURSES])
    row = next(row for row in table_of(client_for(alice), search) if "HYPERLINK" in row["full_name"])
    assert (row["full_name"], row["company"], row["title"]) == ('\'=HYPERLINK("x")', "'@cmd", "Nurse, =1+1")


def test_the_file_is_for_who_may_see_the_search_and_export(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, client_for: ClientFor, applied: uuid.UUID
) -> None:
    with rt.db.connection() as conn:
        own = add_search(conn, alice, "private")
    assert client_for(bob).get(f"/search/{own}/ledger.csv").status_code == 403
    assert client_for(charlie).get(f"/search/{applied}/ledger.csv").status_code == 403
    assert "ledger.csv" not in page(client_for(charlie), f"/search/{applied}/ledger")
    assert client_for(alice).get(f"/search/{applied}/ledger.csv?rule=x").status_code == 400


# -- coming back -----------------------------------------------------------------------------------------


def test_one_person_is_restored_and_not_left_out_by_the_same_entry_again(
    rt: Runtime, alice: Actor, client_for: ClientFor, applied: uuid.UUID
) -> None:
    client = client_for(alice)
    out = min(one for one, status in statuses(rt, applied).items() if status != "active")
    assert text.LEDGER_RESTORED.format(name="Ada 00") in said(restore(client, applied, out))
    assert statuses(rt, applied)[out] == "active"
    assert "Brought back by Alice Owner" in said(lines(client, applied, state="all"))
    assert text.LEDGER_RESTORED_NOT in said(restore(client, applied, out))
    in_force = rules_in_force.in_force(rt, alice, applied)
    assert in_force is not None
    rules = [one.rule.as_json() for one in in_force.rules]
    apply(rt, alice, applied, [rules[0]])
    assert statuses(rt, applied)[out] == "active"


def test_a_rule_and_everyone_are_restored(rt: Runtime, alice: Actor, client_for: ClientFor, applied: uuid.UUID) -> None:
    client = client_for(alice)
    rule = next(r["id"] for r in rows(rt, "SELECT id FROM filter_rules WHERE kind = 'title' AND run_id IS NOT NULL"))
    answer = restore_many(client, applied, rule)
    assert text.FILTER_RESTORING in said(answer)
    work(rt, response(answer)[ids.FILTER_RUN]["data"]["run"])
    assert sorted(statuses(rt, applied).values()) == ["active"] * 8 + ["filtered_blacklist"] * 4
    changed = response(lines(client, applied, button="changed"))
    assert "Leave out whose title" not in json.dumps(changed[ids.LEDGER_BY_RULE])
    work(rt, response(restore_many(client, applied))[ids.FILTER_RUN]["data"]["run"])
    assert set(statuses(rt, applied).values()) == {"active"}


def test_a_rule_that_was_never_applied_here_is_refused(alice: Actor, client_for: ClientFor, applied: uuid.UUID) -> None:
    assert "This rule was not applied to this search." in said(restore_many(client_for(alice), applied, 10**9))
    assert text.UNKNOWN_CALL in said(restore_many(client_for(alice), applied, "x"))


# -- in the drawer ---------------------------------------------------------------------------------------


def test_the_drawer_says_why_and_offers_a_way_back(
    rt: Runtime, alice: Actor, charlie: Actor, client_for: ClientFor, applied: uuid.UUID
) -> None:
    out = min(one for one, status in statuses(rt, applied).items() if status == "filtered_blacklist")
    shown = person(client_for(alice), applied, out)
    for part in (text.PERSON_WHY, "Leave out who is on the list", "ACME Ltd.", "row 2", "version 1", "restore-person"):
        assert part in shown, part
    assert "restore-person" not in person(client_for(charlie), applied, out)
    candidates.change(rt, alice, applied, [out], candidates.action_of("restore"))
    after = person(client_for(alice), applied, out)
    assert text.PERSON_WHY_BEFORE in after and "Brought back by Alice Owner" in after
    assert text.PERSON_WHY not in after


def test_the_drawer_says_what_could_not_be_decided_and_who_was_excluded_by_hand(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    apply(rt, alice, search, [{"kind": "experience", "params": {"low": 5}, "on_unknown": "flag"}])
    unknown = max(statuses(rt, search))
    client = client_for(alice)
    assert text.PERSON_FLAGS in person(client, search, unknown)
    candidates.change(rt, alice, search, [unknown], candidates.action_of("exclude"))
    assert text.LEDGER_BY_HAND in person(client, search, unknown)


# -- the funnel -------------------------------------------------------------------------------------------


def test_the_funnel_is_a_chart_and_a_table(
    rt: Runtime, alice: Actor, client_for: ClientFor, applied: uuid.UUID
) -> None:
    shown = json.loads(page(client_for(alice), f"/search/{applied}/funnel"))
    text_of = json.dumps(shown)
    assert '"type": "funnel"' in text_of and '"x": [12, 4, ' in text_of
    for part in (
        *text.FUNNEL_STEPS.values(),
        "Funnel of this search: Loaded 12, Active 4, ",
        "33 %",
        text.FILTER_STATUSES["filtered_blacklist"],
    ):
        assert part in text_of, part


def test_an_empty_search_has_no_funnel_but_a_way_on(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    with rt.db.connection() as conn:
        empty = add_search(conn, alice)
    assert text.FUNNEL_EMPTY in page(client_for(alice), f"/search/{empty}/funnel")
