"""The page /duplicates, as people use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from callbacks.registry import Registry
from layouts import ids, text
from services.access.identity import Actor
from services.people import duplicates, merges
from services.runtime import Runtime
from tests.change_runs import work
from tests.people import add_search
from tests.two_people import Two, add_pair, add_person, one, rows, two_people
from tests.web import CALLBACK, Browser, call

ClientFor = Callable[[Actor], Browser]
LIST = (
    "..duplicates-list.children...duplicates-shown.data...duplicates-state.value...duplicates-search.value..."
    "duplicates-score.value.."
)
PROGRESS = "..duplicates-progress.children...duplicates-clock.disabled...duplicates-found.data.."


@pytest.fixture
def two(rt: Runtime, alice: Actor) -> Two:
    return two_people(rt, alice)


def page(client: Browser, query: str = "") -> str:
    answer = call(client, "page.children", [("url", "pathname", "/duplicates")], [("url", "search", query)])
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def listed(client: Browser, **given: Any) -> str:
    """The list after a filter was changed, or (next=…) its button pressed."""
    after = given.pop("next", None)
    inputs = [
        (ids.DUPLICATES_STATE, "value", given.get("state", "open")),
        (ids.DUPLICATES_SEARCH, "value", given.get("search", "all")),
        (ids.DUPLICATES_SCORE, "value", given.get("score", "60")),
        (ids.DUPLICATES_NEXT, "n_clicks", 1 if after else 0),
        (ids.DUPLICATES_FOUND, "data", None),
        (ids.DUPLICATES_ADDRESS, "data", {"query": given["address"], "count": 1} if "address" in given else None),
    ]
    triggered = f"{ids.DUPLICATES_NEXT}.n_clicks" if after else f"{ids.DUPLICATES_STATE}.value"
    triggered = f"{ids.DUPLICATES_ADDRESS}.data" if "address" in given else triggered
    answer = call(client, LIST, inputs, [(ids.DUPLICATES_NEXT, "value", after)], triggered=triggered)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def press(client: Browser, card: str, do: str, **choices: str) -> TestResponse:
    """A button of a pair, as dash-renderer sends it."""
    button = {"type": "duplicate-act", "card": card, "do": do}
    fields = [{"type": "duplicate-choice", "card": card, "field": field} for field in choices]
    return client.send(CALLBACK, json={
        "output": '{"card":["MATCH"],"type":"duplicate-card"}.children',
        "outputs": {"id": {"type": "duplicate-card", "card": card}, "property": "children"},
        "inputs": [[{"id": button, "property": "n_clicks", "value": 1}]],
        "state": [
            [{"id": f, "property": "value", "value": choices[f["field"]]} for f in fields],
            [{"id": f, "property": "id", "value": f} for f in fields],
        ],
        "changedPropIds": [json.dumps(button, sort_keys=True, separators=(",", ":")) + ".n_clicks"],
    })  # fmt: skip


def state_of(rt: Runtime) -> str:
    return str(one(rt, "SELECT state FROM duplicate_pairs")["state"])


# -- what is shown ---------------------------------------------------------------------------------


def test_two_people_stand_side_by_side_with_what_differs(
    rt: Runtime, alice: Actor, client_for: ClientFor, two: Two
) -> None:
    shown = page(client_for(alice))
    parts = ("Zo\\u00eb Example", "Zoe M. Example", "zoe@acme.example", "zoe@home.example", "Very likely", "90 of 100")
    for part in (*parts, "same name", "Backend Bern", text.DUPLICATE_BOTH):
        assert part in shown, part
    fields = {"full_name", "title", "company", "email", "linkedin_url", "skills", "years_experience"}
    for field in text.DUPLICATE_FIELDS:
        choice = json.dumps(ids.duplicate_choice(f"p{two.pair}", field))
        assert (choice in json.dumps(json.loads(shown))) == (field in fields), field
    assert "duplicates-find" in shown


def test_summaries_are_compared_whole_and_shown_cut(rt: Runtime, alice: Actor, client_for: ClientFor, two: Two) -> None:
    long = "Builds platforms. " * 30
    for profile, end in ((two.a, "Alone."), (two.b, "In teams.")):
        one(rt, "UPDATE profiles SET summary = %s WHERE id = %s RETURNING id", long + end, profile)
    choice = json.dumps(ids.duplicate_choice(f"p{two.pair}", "summary"))
    shown = json.loads(page(client_for(alice)))
    assert choice in json.dumps(shown), "they differ behind what is shown"
    assert f"… ({len(long) + 6} characters)" in json.dumps(shown, ensure_ascii=False)
    assert "In teams." not in json.dumps(shown)
    one(rt, "UPDATE profiles SET summary = %s WHERE id = %s RETURNING id", long + "Alone.", two.b)
    assert choice not in page(client_for(alice))
    merges.merge(rt, alice, two.pair)
    merged = json.dumps(json.loads(listed(client_for(alice), state="merged")), ensure_ascii=False)
    assert merged.count(f"… ({len(long) + 6} characters)") == 2, "also of who was merged away"


def test_without_pairs_the_page_says_what_to_do(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    shown = page(client_for(alice))
    assert text.DUPLICATES_EMPTY["open"][0] in shown
    assert text.DUPLICATES_EMPTY["merged"][0] in listed(client_for(alice), state="merged")
    assert text.DUPLICATES_EMPTY_FILTERED[0] in listed(client_for(alice), score="90")


def test_who_may_only_look_has_no_buttons(rt: Runtime, charlie: Actor, client_for: ClientFor, two: Two) -> None:
    shown = page(client_for(charlie))
    assert text.DUPLICATE_READ_ONLY in shown
    assert "duplicate-act" not in shown and "duplicate-choice" not in shown and "duplicates-find" not in shown
    assert press(client_for(charlie), f"p{two.pair}", "merge").status_code == 403


def test_what_is_hidden_from_someone_is_not_on_their_page(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    with rt.db.connection() as conn:
        own = add_search(conn, alice, "private")
        team = add_search(conn, alice)
    a = add_person(rt, [own, team], alice, full_name="Ana Lima")
    b = add_person(rt, [own], alice, full_name="Ana Hidden")
    add_pair(rt, a, b)
    assert "Ana Lima" in page(client_for(alice))
    client = client_for(bob)
    assert "Ana Lima" not in page(client)
    assert "Ana Lima" not in listed(client, search=str(own))
    pair = one(rt, "SELECT id FROM duplicate_pairs")["id"]
    for do in ("merge", "dismiss"):
        assert merges.NO_PAIR in press(client, f"p{pair}", do).get_data(as_text=True)
    done = merges.merge(rt, alice, pair)
    assert merges.NOT_YOURS in press(client, f"p{pair}", f"undo-{done.id}").get_data(as_text=True)
    assert "Ana Lima" not in listed(client, state="merged")
    run_id = duplicates.start_find(rt, alice)
    refused = call(client, PROGRESS, [(ids.DUPLICATES_CLOCK, "n_intervals", 1), (ids.DUPLICATES_RUN, "data", run_id)])
    assert refused.status_code == 403


def test_the_filters_stand_in_the_address(rt: Runtime, alice: Actor, client_for: ClientFor, two: Two) -> None:
    client = client_for(alice)
    merges.dismiss(rt, alice, two.pair)
    assert "Zoe M. Example" not in page(client)
    assert "Zoe M. Example" in page(client, f"?state=dismissed&search={two.both}&score=90")
    assert "Zoe M. Example" not in page(client, "?state=nonsense&score=x&search=y&more=1")
    answer = json.loads(listed(client, state="dismissed", score="75"))
    assert answer["response"][ids.DUPLICATES_SHOWN]["data"] == {
        "path": "/duplicates", "query": "?state=dismissed&score=75", "form": True
    }  # fmt: skip


def test_an_address_that_was_gone_back_to_is_shown(rt: Runtime, alice: Actor, client_for: ClientFor, two: Two) -> None:
    client = client_for(alice)
    merges.dismiss(rt, alice, two.pair)
    query = f"?state=dismissed&search={two.both}&score=90"
    shown = json.loads(listed(client, address=query))["response"]
    assert "Zoe M. Example" in json.dumps(shown[ids.DUPLICATES_LIST])
    fields = (ids.DUPLICATES_STATE, ids.DUPLICATES_SEARCH, ids.DUPLICATES_SCORE)
    assert [shown[name]["value"] for name in fields] == ["dismissed", str(two.both), "90"]
    assert shown[ids.DUPLICATES_SHOWN]["data"] == {"path": "/duplicates", "query": query, "form": False}
    plain = json.loads(listed(client, state="dismissed", address="?a=1" + "&a=1" * 30))["response"]
    assert [plain[name]["value"] for name in fields] == ["open", "all", "60"]


def test_the_list_is_not_drawn_again_once_its_page_is_there(
    registry: Registry, alice: Actor, client_for: ClientFor, two: Two
) -> None:
    """Else a choice that someone makes at once is gone: Dash calls with each page what also writes beyond it."""
    known = registry.app.callback_map.values()
    (written,) = [one["output"] for one in known if ids.DUPLICATES_SCORE in {given["id"] for given in one["inputs"]}]
    shown = json.dumps(json.loads(page(client_for(alice))))
    assert [one.component_id for one in written if f'"id": "{one.component_id}"' not in shown] == []


def test_the_next_ones_follow_and_none_is_skipped(rt: Runtime, alice: Actor, client_for: ClientFor, two: Two) -> None:
    for n in range(12):
        other = add_person(rt, [two.both], alice, full_name=f"Person {n:02}")
        add_pair(rt, two.a, other, score=80 - n)
    client = client_for(alice)
    first = page(client)
    assert "Person 08" in first and "Person 09" not in first
    after = rows(rt, "SELECT id FROM duplicate_pairs WHERE score = 72")[0]["id"]
    assert f'"value": "72.{after}"' in json.dumps(json.loads(first))
    second = listed(client, next=f"72.{after}")
    assert "Person 09" in second and "Person 11" in second and "Person 08" not in second


def test_nonsense_in_place_of_a_page_is_one_message(rt: Runtime, alice: Actor, client_for: ClientFor, two: Two) -> None:
    assert text.UNKNOWN_CALL in listed(client_for(alice), next="1;DROP")
    assert press(client_for(alice), "p1x", "merge").status_code == 200
    assert press(client_for(alice), f"p{two.pair}", "explode").status_code == 200
    assert state_of(rt) == "open"


# -- deciding --------------------------------------------------------------------------------------


def test_merge_and_undo(rt: Runtime, alice: Actor, client_for: ClientFor, two: Two) -> None:
    client, card = client_for(alice), f"p{two.pair}"
    said = press(client, card, "merge", title="b", skills="both").get_data(as_text=True)
    assert text.DUPLICATE_MERGED.format(name="Zo\\u00eb Example", n=3) in said
    assert one(rt, "SELECT title FROM profiles")["title"] == "Senior Engineer"
    merge_id = one(rt, "SELECT id FROM merges")["id"]
    assert f"undo-{merge_id}" in said
    said = press(client, card, f"undo-{merge_id}").get_data(as_text=True)
    assert text.DUPLICATE_UNDONE in said
    assert len(rows(rt, "SELECT id FROM profiles")) == 2
    assert state_of(rt) == "open"


def test_an_undo_says_what_it_left_alone(rt: Runtime, alice: Actor, client_for: ClientFor, two: Two) -> None:
    client, card = client_for(alice), f"p{two.pair}"
    press(client, card, "merge", title="b")
    rows(rt, "UPDATE profiles SET title = 'Director'")
    merge_id = one(rt, "SELECT id FROM merges")["id"]
    said = press(client, card, f"undo-{merge_id}").get_data(as_text=True)
    assert text.DUPLICATE_KEPT["profiles"] in said


def test_a_merge_is_undone_from_the_list_of_merges(rt: Runtime, alice: Actor, client_for: ClientFor, two: Two) -> None:
    client = client_for(alice)
    done = merges.merge(rt, alice, two.pair)
    shown = listed(client, state="merged")
    assert "Zoe M. Example" in shown and f"undo-{done.id}" in shown
    press(client, f"m{done.id}", f"undo-{done.id}")
    assert state_of(rt) == "open"


def test_not_the_same_person_and_back(rt: Runtime, alice: Actor, client_for: ClientFor, two: Two) -> None:
    client, card = client_for(alice), f"p{two.pair}"
    assert text.DUPLICATE_DISMISSED in press(client, card, "dismiss").get_data(as_text=True)
    assert state_of(rt) == "dismissed"
    assert text.DUPLICATE_REOPENED in press(client, card, "reopen").get_data(as_text=True)
    assert state_of(rt) == "open"


def test_a_colleague_was_quicker(rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, two: Two) -> None:
    merges.merge(rt, bob, two.pair)
    answer = press(client_for(alice), f"p{two.pair}", "merge")
    assert merges.DECIDED in answer.get_data(as_text=True)
    assert len(rows(rt, "SELECT id FROM merges")) == 1


# -- comparing -------------------------------------------------------------------------------------


def test_find_duplicates_shows_its_progress_and_then_the_pairs(
    rt: Runtime, alice: Actor, client_for: ClientFor
) -> None:
    with rt.db.connection() as conn:
        team = add_search(conn, alice)
    for company in ("Acme", "ACME AG"):
        add_person(rt, [team], alice, full_name="Ana Lima", company=company)
    client = client_for(alice)
    answer = call(client, "duplicates-run.data", [(ids.DUPLICATES_FIND, "n_clicks", 1)])
    run_id = json.loads(answer.get_data(as_text=True))["response"]["duplicates-run"]["data"]
    watch = [(ids.DUPLICATES_CLOCK, "n_intervals", 1), (ids.DUPLICATES_RUN, "data", run_id)]
    said = json.loads(call(client, PROGRESS, watch).get_data(as_text=True))["response"]
    assert said["duplicates-clock"]["disabled"] is False and "duplicates-found" not in said
    assert text.RUN_STATES["running"] not in page(client)
    work(rt, run_id)
    said = json.loads(call(client, PROGRESS, watch).get_data(as_text=True))["response"]
    assert said["duplicates-clock"]["disabled"] is True and said["duplicates-found"]["data"]
    assert "Ana Lima" in listed(client)
    listing = call(client, "page.children", [("url", "pathname", "/runs")], [("url", "search", "")])
    assert text.RUN_KINDS["find_duplicates"] in listing.get_data(as_text=True)


def test_every_reason_has_words() -> None:
    from pathlib import Path
    from re import findall

    import services.people.identity_score

    source = Path(services.people.identity_score.__file__).read_text(encoding="utf-8")
    codes = set(findall(r'"((?:name|company|title|location|email|mailbox|phone|url|skills)_[a-z]+)"', source))
    assert codes == set(text.DUPLICATE_REASONS)
