"""The first minute: an empty installation greets, and a guide knows what is done of a first search."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from callbacks.registry import Registry
from layouts import ids, text
from services.access.identity import Actor
from services.decisions import bulk, candidates, undo
from services.demo import sample
from services.errors import Conflict, Forbidden
from services.grid.grid_view import View
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.screening import rubrics
from services.searches import first_steps, search_deletion, searches
from tests.people import Person, add_people, add_search
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
WAYS = {ids.FIRST_SAMPLE, ids.FIRST_UPLOAD, ids.FIRST_VENDOR}


def show(client: Browser, path: str = "/") -> str:
    answer = call(client, "page.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", "")])
    return json.dumps(answer.get_json()["response"][ids.PAGE]["children"], ensure_ascii=False)


def press(client: Browser, *buttons: str, clicked: str) -> Any:
    return call(
        client, f"{ids.FIRST_PROBLEM}.children",
        [(button, "n_clicks", 1 if button == clicked else None) for button in buttons], triggered=f"{clicked}.n_clicks",
    )  # fmt: skip


def led_to(answer: Any) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_json()["sideUpdate"][ids.URL]["href"])


def done_run(rt: Runtime, actor: Actor, search: Any, kind: str, state: str = "done") -> None:
    with rt.db.connection() as conn:
        conn.execute(
            "INSERT INTO runs (kind, search_id, user_id, state) VALUES (%s, %s, %s, %s)",
            [kind, search, actor.user_id, state],
        )


# ---- three ways to start


def test_an_empty_installation_greets_with_three_ways_to_start(
    client_for: ClientFor, alice: Actor, charlie: Actor
) -> None:
    shown = show(client_for(alice))
    for button in (ids.FIRST_SAMPLE, ids.FIRST_UPLOAD, ids.FIRST_VENDOR):
        assert f'"id": "{button}"' in shown
    assert text.FIRST_SAMPLE_OFF not in shown
    viewer = show(client_for(charlie))
    assert text.EMPTY_VIEWER in viewer and ids.FIRST_SAMPLE not in viewer


@pytest.mark.parametrize(("button", "page"), [(ids.FIRST_UPLOAD, "import"), (ids.FIRST_VENDOR, "sources")])
def test_a_way_leads_into_a_search_of_ones_own(
    client_for: ClientFor, rt: Runtime, alice: Actor, button: str, page: str
) -> None:
    client = client_for(alice)
    href = led_to(press(client, ids.FIRST_UPLOAD, ids.FIRST_VENDOR, clicked=button))
    (made,) = searches.list_searches(rt, alice)
    assert (href, made.title, made.owned) == (f"/search/{made.id}/{page}", text.FIRST_TITLE, True)
    assert text.FIRST_TITLE in show(client, href)


def test_sample_people_are_imported_as_any_file_and_can_be_screened(
    client_for: ClientFor, rt: Runtime, job_rt: Runtime, alice: Actor
) -> None:
    href = led_to(press(client_for(alice), ids.FIRST_SAMPLE, clicked=ids.FIRST_SAMPLE))
    (made,) = searches.list_searches(rt, alice)
    assert (made.title, made.visibility) == (sample.TITLE, "private")
    path, _, run = href.partition("?run=")
    assert path == f"/search/{made.id}/import"
    Runner(job_rt, "test").execute(int(run))
    assert searches.get_search(rt, alice, made.id).profile_count == sample.PEOPLE
    newest = rubrics.newest(rt, alice, made.id)
    assert newest is not None and len(newest.criteria) == 5


def test_sample_people_do_not_go_among_real_ones(client_for: ClientFor, rt: Runtime, alice: Actor, bob: Actor) -> None:
    with rt.db.connection() as conn:
        add_people(conn, add_search(conn, bob, "private"), [Person()])
    client = client_for(alice)
    assert text.FIRST_SAMPLE_OFF in show(client) and f'"id": "{ids.FIRST_SAMPLE}"' not in show(client)
    answer = press(client, ids.FIRST_SAMPLE, clicked=ids.FIRST_SAMPLE)
    assert sample.NOT_EMPTY in json.dumps(answer.get_json(), ensure_ascii=False)
    with pytest.raises(Conflict):
        sample.start(rt, alice)
    assert searches.list_searches(rt, alice) == []


def test_viewers_load_no_sample(rt: Runtime, charlie: Actor) -> None:
    assert sample.state(rt, charlie) == "off"
    with pytest.raises(Forbidden):
        sample.start(rt, charlie)


def test_a_sample_that_did_not_start_is_begun_again_in_the_same_search(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise Conflict("Not now.")

    with monkeypatch.context() as broken:
        broken.setattr("services.imports.imports.start_import", fail)
        with pytest.raises(Conflict):
            sample.start(rt, alice)
    search_id, _ = sample.start(rt, alice)
    assert [str(one.id) for one in searches.list_searches(rt, alice)] == [search_id]


def test_sample_data_that_is_on_its_way_is_not_loaded_again(rt: Runtime, alice: Actor) -> None:
    begun = sample.start(rt, alice)
    assert sample.start(rt, alice) == begun
    assert len(searches.list_searches(rt, alice)) == 1


def test_sample_data_does_not_go_into_a_search_that_was_deleted(rt: Runtime, alice: Actor) -> None:
    first, _ = sample.start(rt, alice)
    search_deletion.delete_search(rt, alice, first)
    again, _ = sample.start(rt, alice)
    assert [str(one.id) for one in searches.list_searches(rt, alice)] == [again] != [first]


def test_a_way_is_not_gone_twice_by_a_double_click(registry: Registry) -> None:
    found = [one for one in registry.app._callback_list if {asked["id"] for asked in one["inputs"]} & WAYS]
    assert len(found) == 2
    for spec in found:
        # Nothing but the page's own: else both are called as the buttons come, and are disabled meanwhile.
        assert spec["output"].partition(".")[0] == ids.FIRST_PROBLEM
        assert spec["running"]["running"] == {f"{one['id']}.disabled": True for one in spec["inputs"]}
        assert not any(spec["running"]["runningOff"].values())


def test_a_deleted_search_is_no_place_to_begin(rt: Runtime, alice: Actor) -> None:
    """Its owner would be led to a page that is not there, and the sample could never be loaded."""
    gone = searches.create_search(rt, alice, sample.TITLE, "private")
    search_deletion.delete_search(rt, alice, gone.id)
    assert first_steps.of_actor(rt, alice) is None
    search_id, _ = sample.start(rt, alice)
    assert search_id != str(gone.id)
    guide = first_steps.of_actor(rt, alice)
    assert guide is not None and guide.search_id == search_id


# ---- the guide


def test_the_guide_knows_what_is_done(rt: Runtime, alice: Actor) -> None:
    assert first_steps.of_actor(rt, alice) is None, "no search yet"
    made = searches.create_search(rt, alice, "Nurses")

    def done() -> frozenset[str]:
        found = first_steps.of_actor(rt, alice)
        assert found is not None and found.search_id == str(made.id)
        return found.done

    assert done() == frozenset()
    with rt.db.connection() as conn:
        people = add_people(conn, made.id, [Person(), Person()])
    assert done() == {"load"}
    done_run(rt, alice, made.id, "filter", "failed")
    assert done() == {"load"}
    done_run(rt, alice, made.id, "filter")
    done_run(rt, alice, made.id, "screen")
    moved = candidates.change(rt, alice, made.id, people[:1], candidates.action_of("stage", "shortlisted"))
    assert moved.changed == 1 and done() == {"load", "filter", "screen", "triage"}
    found = first_steps.of_actor(rt, alice)
    assert found is not None and found.next == "export", "enriching may be left out"
    done_run(rt, alice, made.id, "export")
    assert first_steps.of_actor(rt, alice) is None, "all done"


def test_what_was_taken_back_is_not_done(rt: Runtime, alice: Actor) -> None:
    made = searches.create_search(rt, alice, "Nurses")
    with rt.db.connection() as conn:
        add_people(conn, made.id, [Person()])
    moved = bulk.start(rt, alice, View.of(made.id), None, "stage", "shortlisted").done
    assert moved is not None and moved.batch_id is not None
    undo.undo(rt, alice, moved.batch_id)
    found = first_steps.of_actor(rt, alice)
    assert found is not None and found.done == {"load"}


def test_the_guide_is_for_a_first_search_of_ones_own(rt: Runtime, alice: Actor, bob: Actor, charlie: Actor) -> None:
    first = searches.create_search(rt, alice, "One")
    for actor in (bob, charlie):
        assert first_steps.of_actor(rt, actor) is None
    for title in ("Two", "Three"):
        searches.create_search(rt, alice, title)
    found = first_steps.of_actor(rt, alice)
    assert found is not None and found.search_id == str(first.id)
    searches.create_search(rt, alice, "Four")
    assert first_steps.of_actor(rt, alice) is None


def test_a_search_that_was_deleted_is_none(rt: Runtime, alice: Actor) -> None:
    made = [searches.create_search(rt, alice, title) for title in ("One", "Two", "Three", "Four")]
    search_deletion.delete_search(rt, alice, made[0].id)
    found = first_steps.of_actor(rt, alice)
    assert found is not None and found.search_id == str(made[1].id), "three are left, and the guide is in the oldest"
    for one in made[1:]:
        search_deletion.delete_search(rt, alice, one.id)
    assert first_steps.of_actor(rt, alice) is None


def test_the_guide_is_shown_at_home_and_in_its_search_until_it_is_dismissed(
    client_for: ClientFor, rt: Runtime, alice: Actor, bob: Actor
) -> None:
    made = searches.create_search(rt, alice, "Nurses")
    client, mark = client_for(alice), '"data-testid": "first-steps"'
    home = show(client)
    for step in first_steps.STEPS:
        assert f'"data-step": "{step}"' in home
    assert mark in show(client, f"/search/{made.id}") and mark not in show(client_for(bob), f"/search/{made.id}")
    answer = call(client, f"{ids.FIRST_STEPS}.children", [(ids.FIRST_DISMISS, "n_clicks", 1)])
    assert answer.get_json()["response"][ids.FIRST_STEPS]["children"] is None
    assert mark not in show(client) and mark not in show(client, f"/search/{made.id}")
    assert mark not in show(client_for(alice)), "in another browser, too"
    assert first_steps.of_actor(rt, alice) is None


def test_steps_on_the_page_are_those_of_the_guide() -> None:
    assert tuple(text.FIRST_STEPS) == first_steps.STEPS


# ---- what terms mean


TERMS = {
    "/": "search", "/search/{search}": "candidates", "/search/{search}/import": "import",
    "/search/{search}/filter": "rule", "/search/{search}/ledger": "ledger", "/search/{search}/funnel": "funnel",
    "/search/{search}/enrich": "enrich", "/search/{search}/screen": "rubric",
    "/search/{search}/agreement": "agreement", "/search/{search}/match": "likeness", "/lists": "list",
    "/lists/names": "alias", "/duplicates": "duplicate", "/runs": "run", "/usage": "usage", "/analytics": "analytics",
    "/admin/privacy": "erasure", "/admin/fairness": "fairness",
}  # fmt: skip


def test_a_page_says_in_a_sentence_what_its_term_means(client_for: ClientFor, rt: Runtime, admin: Actor) -> None:
    with rt.db.connection() as conn:
        search = add_search(conn, admin)
    client = client_for(admin)
    assert set(TERMS.values()) == set(text.HELP)
    for path, term in TERMS.items():
        shown, (name, sentence) = show(client, path.format(search=search)), text.HELP[term]
        assert f'"data-help": "{term}"' in shown, path
        assert sentence in shown and text.HELP_LABEL.format(term=name) in shown, path
        assert sentence.endswith(".") and ". " not in sentence, "one sentence"
