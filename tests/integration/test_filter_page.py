"""The page /search/<id>/filter, as people use it: rules, sets, dry run, applying, what has changed since."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from benchmarks.filter_reference import Row
from layouts import ids, page_filter, text
from services.access.identity import Actor
from services.decisions import undo
from services.filtering import aliases, filter_reads, filtering, list_rows, lists, rule_kinds, rule_sets, rules_in_force
from services.runtime import Runtime
from services.searches import searches
from tests.change_runs import change, work
from tests.filter_pages import (
    editor,
    fields_of,
    full,
    kinds_of,
    match,
    page,
    press,
    refused,
    response,
    said,
)
from tests.filter_world import add_list, add_rows, apply, named, statuses
from tests.people import add_search
from tests.web import CALLBACK, Browser, call

ClientFor = Callable[[Actor], Browser]
EDIT = "..filter-rules.children...dry-run-stale.hidden.."
OPEN = "..filter-rules.children@"
SAVE = "..filter-set.data@{}...filter-delete.hidden@{}...filter-from.options...filter-problem.children.."
TRY = "..dry-run.children...dry-run-seen.data..."
APPLY = "..filter-run.data...filter-clock.disabled..."
PROGRESS = "..filter-progress.children..."
CLOCK = "..dry-run-seen.data@"
NURSES = {"kind": "title", "params": {"terms": ["nurse"], "has": True}}
YOUNG = {"kind": "experience", "params": {"low": 5, "high": None}}


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> uuid.UUID:
    """Twelve people of the team: nurses and others, at two companies, of 1, 9 or unknown years."""
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
    add_rows(rt, search_id, [
        Row(0, full_name=f"Ada {n:02}", title=("Nurse", "Engineer")[n % 2], company=("Acme", "Beeb", "")[n % 3],
            years_experience=(1, 9, None)[n // 4])
        for n in range(12)
    ])  # fmt: skip
    return search_id


@pytest.fixture
def acme(rt: Runtime, alice: Actor) -> dict[str, Any]:
    list_id, _ = add_list(rt, alice, "blacklisted_companies", named("ACME Ltd."))
    params = {"list_id": list_id, "listed": True, "match": "exact", "threshold": 0.8, "scope": "now"}
    return {"kind": "list", "params": params}


def path(search_id: uuid.UUID, page_name: str = "filter") -> str:
    return f"/search/{search_id}/{page_name}"


def try_out(client: Browser, search_id: Any, rules: Sequence[Any]) -> Any:
    return press(client, TRY, ids.DRY_RUN_START, [(ids.FILTER_SEARCH, "data", str(search_id)), *editor(rules)])


def start(
    client: Browser, search_id: Any, rules: Sequence[Any], how: Sequence[str] = (), set_id: int | None = None
) -> Any:
    state = [
        (ids.FILTER_HOW, "value", list(how)), (ids.FILTER_SET, "data", set_id),
        (ids.FILTER_SEARCH, "data", str(search_id)), *editor(rules),
    ]  # fmt: skip
    return press(client, APPLY, ids.FILTER_APPLY, state)


def edit(client: Browser, rules: Sequence[Any], button: Any, kind: str = "title", seen: Any = None) -> Any:
    state = [(ids.FILTER_ADD_KIND, "value", kind), (ids.DRY_RUN_SEEN, "data", seen), *editor(rules)]
    if button == ids.FILTER_ADD:
        return press(client, EDIT, button, state, after=[[]])
    inputs = [(ids.FILTER_ADD, "n_clicks", None), [(button, "n_clicks", 1)]]
    key = json.dumps(button, sort_keys=True, separators=(",", ":"))
    return call(client, EDIT, inputs, state, triggered=f"{key}.n_clicks")


def callback_of(client: Browser, button: str, output: str) -> str:
    """The callback of a button; several write the same outputs."""
    known = client.application.config["SOURCINGX_REGISTRY"]
    found = [n for n in known.callbacks if n.startswith(output)
             and known.app.callback_map[n]["inputs"][0]["id"] == button]  # fmt: skip
    assert len(found) == 1, found
    return str(found[0])


# -- what is shown ---------------------------------------------------------------------------------


def test_without_rules_the_page_says_what_to_do(alice: Actor, client_for: ClientFor, search: uuid.UUID) -> None:
    shown = page(client_for(alice), path(search))
    for part in (text.FILTER_NO_RULES, text.DRY_RUN_NONE, ids.FILTER_APPLY, ids.FILTER_ADD):
        assert part in shown, part
    for kind in rule_kinds.KINDS.values():
        assert json.dumps(kind.label) in shown
    assert ids.FILTER_LOOK not in shown


def test_every_kind_of_rule_can_be_added(alice: Actor, client_for: ClientFor, search: uuid.UUID) -> None:
    client = client_for(alice)
    for key, kind in rule_kinds.KINDS.items():
        shown = json.loads(edit(client, [NURSES], ids.FILTER_ADD, key).get_data(as_text=True))
        cards = shown["response"][ids.FILTER_RULES]["children"]
        assert [card["props"]["data-kind"] for card in cards] == ["title", key]
        for param in kind.params:
            assert f'"name": "{param.name}"' in json.dumps(cards[1], sort_keys=True), (key, param.name)


def test_the_rules_in_force_are_there_to_be_changed(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, acme: dict[str, Any]
) -> None:
    apply(rt, alice, search, [acme, NURSES])
    shown = page(client_for(alice), path(search))
    assert "nurse" in shown and "Leave out who is on the list" in shown
    assert text.BEHIND_APPLIED.partition("{")[0] in shown and ids.FILTER_LOOK in shown and ids.FILTER_UNDO in shown


def test_who_may_only_look_sees_rules_and_figures_and_cannot_change(
    rt: Runtime, alice: Actor, charlie: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    apply(rt, alice, search, [NURSES])
    client = client_for(charlie)
    shown = page(client, path(search))
    assert text.FILTER_LISTS_OFF in shown and "nurse" in shown
    for button in (ids.FILTER_APPLY, ids.FILTER_SAVE, ids.FILTER_ADD, ids.FILTER_UNDO, "rule-act"):
        assert f'"{button}"' not in shown, button
    assert "would be left out" in said(try_out(client, search, [YOUNG]))
    assert start(client, search, [NURSES]).status_code == 403


def test_another_persons_private_search_is_refused(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, acme: dict[str, Any]
) -> None:
    with rt.db.connection() as conn:
        own = add_search(conn, alice, "private")
    client = client_for(bob)
    for name in ("filter", "ledger", "funnel"):
        refused(client, path(own, name))
    sample = [(ids.sample_of(0), "data", {"kind": "title", "ids": [1]}), (ids.FILTER_SEARCH, "data", str(own))]
    assert match(client, ids.sample(0), ids.sample_ask(0), sample).status_code == 403
    refusals = (
        try_out(client, own, [NURSES]),
        start(client, own, [NURSES]),
        press(client, "filter-changes.children", ids.FILTER_LOOK, [(ids.FILTER_SEARCH, "data", str(own))]),
    )
    assert [one.status_code for one in refusals[1:]] == [403, 403]
    assert searches.NOT_YOURS in said_any(refusals[0])


def said_any(answer: Any) -> str:
    return json.dumps(answer.get_json(), ensure_ascii=False)


# -- editing ----------------------------------------------------------------------------------------


def test_rules_move_and_go(alice: Actor, client_for: ClientFor, search: uuid.UUID) -> None:
    client = client_for(alice)

    def kinds(place: int, do: str) -> list[str]:
        answer = response(edit(client, [NURSES, YOUNG], ids.rule_act(place, do)))
        return [card["props"]["data-kind"] for card in answer[ids.FILTER_RULES]["children"]]

    assert kinds(1, "up") == kinds(0, "down") == ["experience", "title"]
    assert kinds(0, "remove") == ["experience"]
    assert text.UNKNOWN_CALL in said(edit(client, [NURSES], ids.rule_act(7, "up")))
    assert text.UNKNOWN_CALL in said(edit(client, [NURSES], ids.rule_act(0, "explode")))
    assert text.UNKNOWN_CALL in said(edit(client, [NURSES], ids.FILTER_ADD, "nonsense"))


def test_each_rule_says_what_it_does_or_what_is_missing(
    alice: Actor, client_for: ClientFor, search: uuid.UUID, acme: dict[str, Any]
) -> None:
    client = client_for(alice)
    no_words = {"kind": "title", "params": {"terms": "", "has": True}}
    rules = [NURSES, no_words, acme, {"kind": "experience", "params": {"low": 9, "high": 2}}]
    answer = sentences(client, rules)
    assert "Leave out whose title has “nurse”" in answer
    assert "The rule “Title” needs" in answer
    assert "lowest value above its highest" in answer
    assert "Leave out who is on the list “blacklisted_companies" in answer


def sentences(client: Browser, rules: Sequence[Any], seen: Any = None) -> str:
    """What the page says after a control was changed."""
    values, names = fields_of(rules)
    kinds, places = kinds_of(rules)
    outputs = [{"id": ids.rule_sentence(n), "property": "children"} for n in range(len(rules))]

    def props(given: Sequence[Any]) -> list[Any]:
        return [{"id": component, "property": name, "value": value} for component, name, value in given]

    output = full(client, '..{"place":["ALL"],"type":"rule-sentence"}.children')
    stale = output.rpartition("...")[2].removesuffix("..").rpartition(".")[2]
    answer = client.send(CALLBACK, json={
        "output": output, "outputs": [outputs, {"id": ids.DRY_RUN_STALE, "property": stale}],
        "inputs": [props(values)],
        "state": [props(names), props(kinds), props(places),
                  {"id": ids.DRY_RUN_SEEN, "property": "data", "value": seen}],
        "changedPropIds": [json.dumps(values[0][0], sort_keys=True, separators=(",", ":")) + ".value"],
    })  # fmt: skip
    return said(answer)


def test_nonsense_in_place_of_rules_is_one_message(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client = client_for(alice)
    for rules in (
        [{"kind": "explode", "params": {}}],
        [{"kind": "experience", "params": {"low": 10**400}}],
        [{"kind": "level", "params": {"levels": [{"a": 1}]}}],
        [{"kind": "title", "params": {"terms": {"a": 1}}}],
        [{"kind": "list", "params": {"list_id": "1; DROP"}}],
    ):
        answer = start(client, search, rules)
        assert answer.status_code == 200 and "reference" not in said(answer), rules
        assert response(answer)[ids.FILTER_PROBLEM]["children"] if "response" in answer.get_json() else True
    assert filter_reads.latest_run(rt, alice, search) is None


# -- dry run ------------------------------------------------------------------------------------------


def test_a_dry_run_counts_and_changes_nothing(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, acme: dict[str, Any]
) -> None:
    answer = try_out(client_for(alice), search, [acme, NURSES, YOUNG])
    shown = said(answer)
    assert text.DRY_RUN_LEFT.format(left=9, people=12, stay=3) in shown
    assert text.DRY_RUN_WITHOUT.format(n=3) in shown
    assert set(statuses(rt, search).values()) == {"active"}
    assert response(answer)[ids.DRY_RUN_STALE]["hidden"] is True


def test_a_rule_that_is_off_does_nothing(rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID) -> None:
    off = {**NURSES, "enabled": False}
    client = client_for(alice)
    shown = said(try_out(client, search, [off, YOUNG]))
    assert text.DRY_RUN_LEFT.format(left=4, people=12, stay=8) in shown and "nurse" not in shown
    work(rt, response(start(client, search, [off, YOUNG]))[ids.FILTER_RUN]["data"]["run"])
    assert sorted(statuses(rt, search).values()) == ["active"] * 8 + ["filtered_experience"] * 4
    assert "Add a rule first." in said(start(client, search, [off]))
    save(client, search, "Usual", [off, YOUNG])
    (kept,) = rule_sets.all_sets(rt, alice, search)
    assert [one.enabled for one in rule_sets.get(rt, alice, kept.id).rules] == [False, True]
    opened = response(open_rules(client, f"set:{kept.id}"))
    assert [switch for switch in switches(opened)] == [False, True]


def test_samples_are_named_with_what_the_rule_looks_at(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, acme: dict[str, Any]
) -> None:
    client = client_for(alice)
    answer = response(try_out(client, search, [acme, YOUNG]))
    wanted = [store for store in stores(answer) if "kind" in store]
    assert [one["kind"] for one in wanted] == ["list", "experience"]
    state = [(ids.sample_of(0), "data", wanted[0]), (ids.FILTER_SEARCH, "data", str(search))]
    shown = said(match(client, ids.sample(0), ids.sample_ask(0), state))
    assert "Ada 00" in shown and "Ada 03" in shown and "Ada 01" not in shown and "Acme" in shown
    assert shown.count(text.DRY_RUN_CAUGHT.format(entry="ACME Ltd.", row=1)) == 4
    assert text.DRY_RUN_UNSURE in shown
    state[0] = (ids.sample_of(1), "data", wanted[1])
    assert "1 year" in said(match(client, ids.sample(1), ids.sample_ask(1), state))
    state[0] = (ids.sample_of(1), "data", {"kind": "nonsense"})
    assert text.UNKNOWN_CALL in said(match(client, ids.sample(1), ids.sample_ask(1), state))


def test_alike_names_are_shown_with_how_alike(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    list_id, _ = add_list(rt, alice, "blacklisted_companies", named("Acmee"))
    params = {"list_id": list_id, "listed": True, "match": "fuzzy", "threshold": 0.5, "scope": "now"}
    client = client_for(alice)
    answer = response(try_out(client, search, [{"kind": "list", "params": params}]))
    (wanted,) = [store for store in stores(answer) if "kind" in store]
    state = [(ids.sample_of(0), "data", wanted), (ids.FILTER_SEARCH, "data", str(search))]
    shown = said(match(client, ids.sample(0), ids.sample_ask(0), state))
    (pair,) = filtering.fuzzy_samples(rt, alice, search, list_id, 0.5)
    assert "Acmee" in shown and f"{pair.alike:.2f}" in shown


def test_figures_are_old_once_a_rule_a_list_or_the_people_changed(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, acme: dict[str, Any]
) -> None:
    client = client_for(alice)
    seen = response(try_out(client, search, [acme]))[ids.DRY_RUN_SEEN]["data"]

    def hidden(rules: Sequence[Any]) -> bool:
        return bool(json.loads(sentences(client, rules, seen))["response"][ids.DRY_RUN_STALE]["hidden"])

    assert hidden([acme]) and not hidden([acme, NURSES]) and not hidden([{**acme, "on_unknown": "drop"}])
    clock = full(client, CLOCK)

    def looked() -> Any:
        return call(client, clock, [(ids.DRY_RUN_CLOCK, "n_intervals", 1)],
                    [(ids.DRY_RUN_SEEN, "data", seen), (ids.FILTER_SEARCH, "data", str(search))])  # fmt: skip

    assert response(looked()) == {}
    lists.add(rt, alice, acme["params"]["list_id"], list_rows.from_text("Beeb", "companies"))
    changed = response(looked())
    assert changed[ids.DRY_RUN_STALE]["hidden"] is False and changed[ids.DRY_RUN_SEEN]["data"]["mark"] is None
    seen = response(try_out(client, search, [acme]))[ids.DRY_RUN_SEEN]["data"]
    assert response(looked()) == {}
    change(rt, "UPDATE searches SET data_version = data_version + 1 WHERE id = %s", search)
    assert response(looked())[ids.DRY_RUN_STALE]["hidden"] is False


def test_a_dry_run_that_cannot_be_says_why(
    alice: Actor, bob: Actor, rt: Runtime, client_for: ClientFor, search: uuid.UUID
) -> None:
    list_id = lists.create(rt, bob, "do_not_contact", "Bob's", shared=False)
    client = client_for(alice)
    hidden = {"kind": "list", "params": {"list_id": list_id, "listed": True, "match": "exact", "scope": "now"}}
    assert filtering.NO_LIST in said(try_out(client, search, [hidden]))
    assert "Add a rule first." in said(try_out(client, search, []))
    assert text.UNKNOWN_CALL in said(try_out(client, "nonsense", [NURSES]))


# -- applying -------------------------------------------------------------------------------------------


def progress(client: Browser, shown: Any, where: str = "", seen: Any = None) -> Any:
    return call(client, full(client, PROGRESS),
                [(ids.FILTER_CLOCK, "n_intervals", 1), (ids.FILTER_RUN, "data", shown)],
                [(ids.FILTER_SEEN, "data", seen), (ids.URL, "pathname", where)])  # fmt: skip


def test_rules_are_applied_followed_and_taken_back(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client = client_for(alice)
    shown = response(start(client, search, [NURSES]))[ids.FILTER_RUN]["data"]
    waiting = progress(client, shown)
    assert "run-cancel" in said(waiting)
    seen = response(waiting)[ids.FILTER_SEEN]["data"]
    assert response(progress(client, shown, seen=seen)) == {}
    work(rt, shown["run"])
    done = progress(client, shown, path(search), seen)
    assert response(done)[ids.FILTER_CLOCK]["disabled"] is True
    for part in (text.FILTER_SHOW_OUT, text.FILTER_SHOW_LEDGER, ids.FILTER_UNDO, ids.FILTER_BEHIND):
        assert part in said(done), part
    assert list(statuses(rt, search).values()).count("filtered_title") == 6
    (value,) = set(undo_values(done))
    taken = press(client, callback_of(client, ids.FILTER_UNDO, "..filter-run.data@"), ids.FILTER_UNDO,
                  [(ids.FILTER_UNDO, "value", value)])  # fmt: skip
    assert text.UNDONE.format(n=6) in said(taken)
    assert set(statuses(rt, search).values()) == {"active"}
    assert ids.FILTER_UNDO not in said(progress(client, response(taken)[ids.FILTER_RUN]["data"], path(search)))


@pytest.mark.parametrize("value", [None, "", "1", "x:y", "1:2:3", "9" * 30 + ":1"])
def test_nonsense_in_place_of_an_undo_is_one_message(alice: Actor, client_for: ClientFor, value: Any) -> None:
    client = client_for(alice)
    answer = press(client, callback_of(client, ids.FILTER_UNDO, "..filter-run.data@"), ids.FILTER_UNDO,
                   [(ids.FILTER_UNDO, "value", value)])  # fmt: skip
    assert text.UNKNOWN_CALL in said(answer)


def test_whom_rules_keep_comes_back_when_that_is_asked(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    apply(rt, alice, search, [NURSES])
    client = client_for(alice)
    work(rt, response(start(client, search, [YOUNG], ["bring_back"]))[ids.FILTER_RUN]["data"]["run"])
    # Two young nurses were out already and stay so, for the reason that was given then.
    counts = Counter(statuses(rt, search).values())
    assert counts == {"active": 8, "filtered_experience": 2, "filtered_title": 2}


def test_a_run_of_a_search_that_is_not_to_be_seen_is_refused(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    with rt.db.connection() as conn:
        own = add_search(conn, alice, "private")
    run_id = filtering.start(rt, alice, own, [NURSES])
    assert progress(client_for(bob), {"run": run_id, "mode": "apply"}).status_code == 403


# -- rule sets ---------------------------------------------------------------------------------------


def save(client: Browser, search_id: uuid.UUID, name: str, rules: Sequence[Any], scope: str = "all",
         shared: bool = True, opened: int | None = None) -> Any:  # fmt: skip
    state = [
        (ids.FILTER_NAME, "value", name), (ids.FILTER_SHARED, "value", shared), (ids.FILTER_SCOPE, "value", scope),
        (ids.FILTER_SET, "data", opened), (ids.FILTER_SEARCH, "data", str(search_id)), *editor(rules),
    ]  # fmt: skip
    return press(client, callback_of(client, ids.FILTER_SAVE, "..filter-set.data@"), ids.FILTER_SAVE, state)


def open_rules(client: Browser, source: Any) -> Any:
    return press(client, OPEN, ids.FILTER_FROM_OPEN,
                 [(ids.FILTER_FROM, "value", source), (ids.DRY_RUN_SEEN, "data", None)])  # fmt: skip


def test_a_rule_set_is_saved_shared_opened_and_deleted(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, search: uuid.UUID, acme: dict[str, Any]
) -> None:
    client = client_for(alice)
    answer = save(client, search, " Usual ", [acme, NURSES])
    set_id = response(answer)[ids.FILTER_SET]["data"]
    assert text.FILTER_SAVED.format(name="Usual") in said(answer)
    assert response(answer)[ids.FILTER_FROM]["options"] == [{"value": f"set:{set_id}", "label": "Rule set: Usual"}]
    others = client_for(bob)
    assert "Rule set: Usual (by Alice Owner)" in page(others, path(search))
    opened = response(open_rules(others, f"set:{set_id}"))
    assert [c["props"]["data-kind"] for c in opened[ids.FILTER_RULES]["children"]] == ["list", "title"]
    assert (opened[ids.FILTER_NAME]["value"], opened[ids.FILTER_DELETE]["hidden"]) == ("Usual", True)

    def delete(who: Browser) -> Any:
        state = [(ids.FILTER_SET, "data", set_id), (ids.FILTER_SEARCH, "data", str(search))]
        return press(who, callback_of(who, ids.FILTER_DELETE, "..filter-set.data@"), ids.FILTER_DELETE, state)

    assert "Only the rule set's owner or an admin can delete it." in said(delete(others))
    assert response(delete(client))[ids.FILTER_FROM]["options"] == []
    assert rule_sets.GONE in said(open_rules(client, f"set:{set_id}"))


def test_a_set_is_replaced_only_by_who_opened_it(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client = client_for(alice)
    made = response(save(client, search, "Usual", [NURSES]))[ids.FILTER_SET]["data"]
    assert rule_sets.TAKEN in said(save(client, search, "usual", [YOUNG]))
    assert rule_sets.TAKEN in said(save(client, search, "Usual", [YOUNG], opened=made + 1))
    assert [one.kind for one in rule_sets.get(rt, alice, made).rules] == ["title"]
    assert response(save(client, search, "Usual", [YOUNG], opened=made))[ids.FILTER_SET]["data"] == made
    assert [one.kind for one in rule_sets.get(rt, alice, made).rules] == ["experience"]
    # The same name for one search is another set.
    assert response(save(client, search, "Usual", [NURSES], "search"))[ids.FILTER_SET]["data"] != made


def test_a_set_that_was_opened_is_named_in_the_run_unless_it_was_changed(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client = client_for(alice)
    set_id = response(save(client, search, "Usual", [NURSES]))[ids.FILTER_SET]["data"]
    for rules, expected in (([NURSES], set_id), ([YOUNG], None)):
        work(rt, response(start(client, search, rules, set_id=set_id))[ids.FILTER_RUN]["data"]["run"])
        found = rules_in_force.in_force(rt, alice, search)
        assert found is not None and found.rule_set_id == expected


def test_rules_are_copied_from_another_search(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    apply(rt, alice, search, [YOUNG, NURSES])
    with rt.db.connection() as conn:
        other = add_search(conn, alice)
        hidden = add_search(conn, bob, "private")
    client = client_for(alice)
    assert f"search:{search}" in page(client, path(other))
    opened = response(open_rules(client, f"search:{search}"))
    assert [c["props"]["data-kind"] for c in opened[ids.FILTER_RULES]["children"]] == ["experience", "title"]
    assert open_rules(client, f"search:{hidden}").status_code == 403
    for nonsense in ("set:x", "explode:1", "search:x", "set:" + "9" * 40):
        assert text.UNKNOWN_CALL in said(open_rules(client, nonsense))


def test_a_set_without_a_name_or_rules_is_not_saved(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    client = client_for(alice)
    assert "Give the rule set a name" in said(save(client, search, "  ", [NURSES]))
    assert "Add a rule first." in said(save(client, search, "Usual", []))
    assert rule_sets.all_sets(rt, alice, search) == []


# -- what has changed since -------------------------------------------------------------------------------


def test_a_list_that_changed_is_said_and_nothing_is_done(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, acme: dict[str, Any]
) -> None:
    apply(rt, alice, search, [acme])
    client = client_for(alice)
    before = statuses(rt, search)
    lists.add(rt, alice, acme["params"]["list_id"], list_rows.from_text("Beeb", "companies"))
    shown = page(client, path(search))
    assert "has version 2 now; version 1 was applied." in shown
    assert text.BEHIND_SEARCH in page(client, f"/search/{search}")
    look = press(client, "filter-changes.children", ids.FILTER_LOOK, [(ids.FILTER_SEARCH, "data", str(search))])
    assert text.BEHIND_CHANGES.format(leave=4, back=0) in said(look) and "Ada 01" in said(look)
    assert statuses(rt, search) == before
    lists.archive(rt, alice, acme["params"]["list_id"])
    assert "does not exist any more" in page(client, path(search))


def test_names_that_changed_are_said_until_rules_are_applied_again(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, acme: dict[str, Any]
) -> None:
    apply(rt, alice, search, [acme])
    client = client_for(alice)
    assert text.BEHIND_NAMES not in page(client, path(search))
    aliases.add(rt, alice, "schools", "A School", "Another")
    assert text.BEHIND_SEARCH not in page(client, f"/search/{search}")
    pair = aliases.add(rt, alice, "companies", "Acme", "Beeb")
    assert text.BEHIND_NAMES in page(client, path(search))
    assert text.BEHIND_SEARCH in page(client, f"/search/{search}")
    look = press(client, "filter-changes.children", ids.FILTER_LOOK, [(ids.FILTER_SEARCH, "data", str(search))])
    assert text.BEHIND_CHANGES.format(leave=4, back=0) in said(look)
    apply(rt, alice, search, [acme])
    assert text.BEHIND_NAMES not in page(client, path(search))
    aliases.remove(rt, alice, pair)
    assert text.BEHIND_NAMES in page(client, path(search))


def test_rules_that_were_taken_back_are_said_to_be_and_miss_nothing(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID, acme: dict[str, Any]
) -> None:
    apply(rt, alice, search, [acme])
    lists.add(rt, alice, acme["params"]["list_id"], list_rows.from_text("Beeb", "companies"))
    last = undo.last_batch(rt, alice, search)
    assert last is not None
    undo.undo(rt, alice, last.id)
    client = client_for(alice)
    shown = page(client, path(search))
    assert "and taken back since" in shown and "has version 2 now" not in shown
    assert "Leave out who is on the list" in shown
    assert text.BEHIND_SEARCH not in page(client, f"/search/{search}")


def test_of_a_large_search_what_would_change_is_told_from_a_sample(
    rt: Runtime, alice: Actor, search: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(rt, alice, search, [YOUNG])
    monkeypatch.setattr(filtering, "JUDGE_AT_MOST", 4)
    found = rules_in_force.would_change(rt, alice, search, [NURSES])
    assert not found.exact and found.leave % 3 == 0 and found.come_back % 3 == 0
    assert 0 < found.leave + found.come_back <= 36
    assert f"now, {text.FACET_ABOUT} " in str(page_filter.changes(found, [], [], str(search))[0])


def test_where_nothing_would_change_that_is_said(
    rt: Runtime, alice: Actor, client_for: ClientFor, search: uuid.UUID
) -> None:
    apply(rt, alice, search, [NURSES])
    client = client_for(alice)
    look = press(client, "filter-changes.children", ids.FILTER_LOOK, [(ids.FILTER_SEARCH, "data", str(search))])
    assert text.BEHIND_SAME in said(look)
    assert text.BEHIND_SEARCH not in page(client, f"/search/{search}")


def stores(answer: Any) -> list[Any]:
    """The data of all Stores in an answer, in their order."""
    found: list[Any] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == "Store":
                found.append(part["props"].get("data"))
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(answer)
    return found


def undo_values(answer: Any) -> list[str]:
    """What the Undo buttons of an answer hold."""
    found: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            props = part.get("props")
            if isinstance(props, dict) and props.get("id") == ids.FILTER_UNDO:
                found.append(props["value"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(answer.get_json())
    return found


def switches(answer: Any) -> list[bool]:
    """Whether each rule of an answer is switched on."""
    text_of = json.dumps(answer)
    found = re.findall(r'"value": (true|false)', text_of.partition(ids.FILTER_RULES)[2].partition(ids.FILTER_NAME)[0])
    return [one == "true" for one in found]
