"""Sample data is taken away again: what goes, what stays, who may, and that it can be loaded anew."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.archive import archives
from services.demo import sample, sample_removal
from services.errors import Conflict, Forbidden, NotFound
from services.runtime import Runtime
from services.searches import first_steps, search_deletion, searches
from tests.archives import archive
from tests.change_runs import change, rows, run_row, work
from tests.people import Person, add_people, add_search
from tests.waiting import until
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
ASK = f"..{ids.SAMPLE_FORM}.children...{ids.SAMPLE_FORM}.is_open.."
DO = (
    f"..{ids.SAMPLE_FORM}.is_open...{ids.FIRST_STEPS}.children...{ids.SEARCH_SAVED}.data..."
    f"{ids.SAMPLE_PROBLEM}.children.."
)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is removed is as good with twenty of them."""
    monkeypatch.setattr(sample, "PEOPLE", 20)


def show(client: Browser) -> str:
    answer = call(client, "page.children", [(ids.URL, "pathname", "/")], [(ids.URL, "search", "")])
    return json.dumps(answer.get_json()["response"][ids.PAGE]["children"], ensure_ascii=False)


def loaded(rt: Runtime, job_rt: Runtime, actor: Actor) -> str:
    """Sample data that has arrived."""
    search_id, run_id = sample.start(rt, actor)
    work(job_rt, run_id)
    return search_id


def ask(client: Browser, search_id: str) -> str:
    button = ids.sample_remove(search_id, "list")
    pressed = json.dumps(button, sort_keys=True, separators=(",", ":"))
    return str(call(client, ASK, [[(button, "n_clicks", 1)]], triggered=f"{pressed}.n_clicks").get_data(as_text=True))


def do(client: Browser, search_id: str) -> Any:
    asked = {"search": search_id, "added": 0}
    return call(client, DO, [(ids.SAMPLE_DO, "n_clicks", 1)], [(ids.SAMPLE_REMOVED, "data", asked)]).get_json()


def test_it_is_asked_for_removed_and_can_be_loaded_again(
    client_for: ClientFor, rt: Runtime, job_rt: Runtime, alice: Actor
) -> None:
    search_id, client = loaded(rt, job_rt, alice), client_for(alice)
    home = show(client)
    # In the menu of its row and beside the guide; a made-up person who is deleted only could not be had out for weeks.
    assert home.count('"type": "sample-remove"') == 2 and '"type": "search-delete"' not in home
    assert text.SEARCH_SOURCES["sample"] in home
    assert f"{sample.PEOPLE} people who are in no other search are removed for good." in ask(client, search_id)

    said = do(client, search_id)
    answer = said["response"]
    assert (answer[ids.SAMPLE_FORM]["is_open"], answer[ids.FIRST_STEPS]["children"]) == (False, None)
    assert text.SAMPLE_REMOVED_SAID in str(said["sideUpdate"][ids.TOAST])
    run_id = answer[ids.SEARCH_SAVED]["data"]["removed"]
    meanwhile = show(client)
    assert text.FIRST_SAMPLE_REMOVING in meanwhile and '"id": "first-sample"' not in meanwhile
    with pytest.raises(Conflict, match="being removed"):
        sample.start(rt, alice)
    with pytest.raises(NotFound, match="is over"):
        search_deletion.restore_search(rt, alice, search_id)

    work(job_rt, run_id)
    assert (run_row(rt, run_id)["state"], run_row(rt, run_id)["counts"]["erased"]) == ("done", sample.PEOPLE)
    for table in ("profiles", "candidates", "searches", "rubrics", "erasure_marks"):
        assert rows(rt, f"SELECT 1 FROM {table}") == [], table
    assert '"id": "first-sample"' in show(client) and text.FIRST_SAMPLE_REMOVING not in show(client)
    assert searches.get_search(rt, alice, loaded(rt, job_rt, alice)).profile_count == sample.PEOPLE


def test_whoever_is_in_another_search_stays(
    client_for: ClientFor, rt: Runtime, job_rt: Runtime, alice: Actor, bob: Actor
) -> None:
    search_id = loaded(rt, job_rt, alice)
    with rt.db.connection() as conn:
        other = add_search(conn, bob)
        stay = [row["id"] for row in conn.execute("SELECT id FROM profiles ORDER BY id LIMIT 3").fetchall()]
        conn.execute("SELECT add_candidates(%s, %s, %s)", [other, stay, bob.user_id])
        # Real people of another search have nothing to do with it.
        add_people(conn, other, [Person(full_name="Real Example")])
        conn.execute(
            "INSERT INTO runs (kind, search_id, user_id, state, params, counts) VALUES"
            " ('import', %(search)s, %(user)s, 'cancelled', %(params)s, '{\"added\": 2}'),"
            " ('fetch', %(search)s, %(user)s, 'done', '{}', '{}')",
            {"search": search_id, "user": alice.user_id, "params": json.dumps({"file_name": "PhantomBuster 1.csv"})},
        )
    asked = sample_removal.what_goes(rt, alice, search_id)
    assert (asked.people, asked.staying, asked.added) == (sample.PEOPLE - 3, 3, 1)
    # Whoever was told so before they came is told anew.
    refused = do(client_for(alice), search_id)["response"][ids.SAMPLE_PROBLEM]["children"]
    assert refused == sample_removal.MEANWHILE and searches.get_search(rt, alice, search_id)
    work(job_rt, sample_removal.remove(rt, alice, search_id, asked.added))
    assert len(rows(rt, "SELECT id FROM profiles")) == 4
    assert [row["id"] for row in rows(rt, "SELECT id FROM searches")] == [other]
    assert sample.state(rt, alice) == "off", "people are known here"


def test_only_its_owner_and_admins_remove_it_and_only_a_sample(
    client_for: ClientFor, rt: Runtime, job_rt: Runtime, alice: Actor, bob: Actor, admin: Actor
) -> None:
    search_id = loaded(rt, job_rt, alice)
    searches.set_visibility(rt, alice, search_id, "team")
    refused = do(client_for(bob), search_id)["response"][ids.SAMPLE_PROBLEM]["children"]
    assert refused == searches.NOT_OWNED
    with pytest.raises(Forbidden):
        sample_removal.what_goes(rt, bob, search_id)
    own = searches.create_search(rt, alice, sample.TITLE)
    for function in (sample_removal.what_goes, sample_removal.remove):
        with pytest.raises(Conflict, match="no sample data"):
            function(rt, alice, own.id)
    assert searches.get_search(rt, alice, search_id).profile_count == sample.PEOPLE
    assert sample_removal.remove(rt, admin, search_id) is not None


def test_not_while_a_job_of_it_goes_on(rt: Runtime, job_rt: Runtime, alice: Actor) -> None:
    search_id = loaded(rt, job_rt, alice)
    change(rt, "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('export', %s, %s, 'running')",
           search_id, alice.user_id)  # fmt: skip
    with pytest.raises(Conflict, match="has not ended yet"):
        sample_removal.remove(rt, alice, search_id)
    assert searches.get_search(rt, alice, search_id).profile_count == sample.PEOPLE
    assert rows(rt, "SELECT 1 FROM runs WHERE cancel_requested OR kind = 'purge'") == [], "nothing half done"


def test_an_archived_one_says_who_goes_and_goes_with_its_files(
    rt: Runtime, job_rt: Runtime, alice: Actor, admin: Actor, bob: Actor
) -> None:
    search_id = loaded(rt, job_rt, alice)
    with rt.db.connection() as conn:
        stay = [row["id"] for row in conn.execute("SELECT id FROM profiles ORDER BY id LIMIT 2").fetchall()]
        conn.execute("SELECT add_candidates(%s, %s, %s)", [add_search(conn, bob), stay, bob.user_id])
    archive(job_rt, alice, UUID(search_id))
    asked = sample_removal.what_goes(rt, alice, search_id)
    assert (asked.people, asked.staying, asked.added) == (sample.PEOPLE - 2, 2, 0)
    work(job_rt, sample_removal.remove(rt, alice, search_id))
    assert sorted(row["id"] for row in rows(rt, "SELECT id FROM profiles")) == stay
    assert rows(rt, "SELECT 1 FROM archives") == []
    assert [path for path in (rt.settings.home / "storage").rglob("*") if path.is_file()] == []


def test_not_while_it_is_on_its_way_into_an_archive(rt: Runtime, job_rt: Runtime, alice: Actor) -> None:
    search_id = loaded(rt, job_rt, alice)
    archives.start_archive(rt, alice, search_id)
    with pytest.raises(Conflict, match="has not ended yet"):
        sample_removal.remove(rt, alice, search_id)


def test_one_whose_import_still_waits_is_removed_with_it(rt: Runtime, job_rt: Runtime, alice: Actor) -> None:
    search_id, run_id = sample.start(rt, alice)
    work(job_rt, sample_removal.remove(rt, alice, search_id))
    assert rows(rt, "SELECT 1 FROM searches") == rows(rt, "SELECT 1 FROM profiles") == []
    work(job_rt, run_id)  # What the queue still brings does nothing.
    assert rows(rt, "SELECT 1 FROM profiles") == []


def test_twice_is_once(rt: Runtime, job_rt: Runtime, alice: Actor) -> None:
    search_id = loaded(rt, job_rt, alice)
    first = sample_removal.remove(rt, alice, search_id)
    assert first is not None and sample_removal.remove(rt, alice, search_id) is None
    assert [row["id"] for row in rows(rt, "SELECT id FROM runs WHERE kind = 'purge'")] == [first]


def test_the_page_asks_again_until_it_is_gone(
    client_for: ClientFor, rt: Runtime, job_rt: Runtime, alice: Actor
) -> None:
    client, search_id = client_for(alice), loaded(rt, job_rt, alice)
    run_id = sample_removal.remove(rt, alice, search_id)

    def looked(ticks: int) -> Any:
        return call(client, f"{ids.SEARCH_SAVED}.data", [(ids.FIRST_CLOCK, "n_intervals", ticks)])

    assert looked(1).get_json()["response"] == {}
    work(job_rt, run_id)
    assert looked(2).get_json()["response"][ids.SEARCH_SAVED]["data"] == {"removal": "over", "ticks": 2}


def test_two_starts_at_once_are_one(
    rt: Runtime, job_rt: Runtime, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second begins while the first is in the middle, and waits for it; a colleague's is refused."""
    real, begun, seconds = sample.people_csv, threading.Event(), []

    def waits() -> bool:
        waiting = rows(
            rt, "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
        )  # fmt: skip
        return bool(waiting[0]["n"] == 2 or all(one.done() for one in seconds))

    with ThreadPoolExecutor(2) as others:

        def in_the_middle() -> bytes:
            if not begun.is_set():
                begun.set()
                seconds.extend(others.submit(sample.start, job_rt, actor) for actor in (alice, bob))
                until(waits, "the others neither waited nor ended")
            return real()

        monkeypatch.setattr(sample, "people_csv", in_the_middle)
        first = sample.start(job_rt, alice)
        assert seconds[0].result() == first
        with pytest.raises(Conflict, match="A colleague is loading"):
            seconds[1].result()
    assert len(rows(rt, "SELECT id FROM searches")) == len(rows(rt, "SELECT id FROM runs")) == 1


def test_the_guide_of_real_people_has_nothing_to_remove(client_for: ClientFor, rt: Runtime, alice: Actor) -> None:
    searches.create_search(rt, alice, "Nurses")
    found = first_steps.of_actor(rt, alice)
    assert found is not None and not found.sample
    assert '"type": "sample-remove"' not in show(client_for(alice))
