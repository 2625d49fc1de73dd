"""Comparing people from the pages: menu, waiting, chip, drawer, people of other searches, files, a command."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.commands import cli
from services.decisions import score_rejections
from services.errors import BadInput, Conflict, Forbidden
from services.exports import export_preview, exports
from services.grid import result_sets
from services.grid.grid_view import View
from services.matching import matching, rediscovery
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.storage import Storage
from tests.integration.test_matching import JOB, SENTENCE, Place, rows_of
from tests.people import add_search
from tests.vectors import at, place_text, set_job
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
ANSWER = f"{ids.MATCH_ANSWER}.data"


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    return Place(rt, alice)


def page_of(place: Place, **view: Any) -> dict[str, Any]:
    return {"search_id": str(place.search), "version": None, "status": "active", "q": "", "f": {}, "sort": []} | view


def compare(client: Browser, place: Place, **asked: Any) -> dict[str, Any]:
    response = call(client, ANSWER, [(ids.MATCH_REQUEST, "data", {"n": 7, **asked})],
                    [(ids.GRID_VIEW, "data", page_of(place))])  # fmt: skip
    found = response.get_json()["response"][ids.MATCH_ANSWER]["data"]
    assert found["n"] == 7
    return dict(found)


def look(client: Browser, place: Place, match: Any) -> dict[str, Any]:
    known = client.application.config["SOURCINGX_REGISTRY"].callbacks
    polled = next(name for name in known if name.startswith(f"{ANSWER}@"))
    response = call(client, polled, [(ids.MATCH_WATCH, "data", {"n": 8, "match": match})],
                    [(ids.GRID_VIEW, "data", page_of(place))])  # fmt: skip
    (found,) = response.get_json()["response"].values()
    return dict(found["data"])


def open_page(client: Browser, path: str, query: str = "") -> str:
    return said(call(client, "page.children", [("url", "pathname", path)], [("url", "search", query)]))


def said(response: Any) -> str:
    """An answer as text, its signs as they are."""
    assert response.status_code == 200
    return json.dumps(response.get_json(), ensure_ascii=False)


# -- the menu --------------------------------------------------------------------------------------


def test_a_text_is_waited_for_then_the_list_is_in_its_order(place: Place, client_for: ClientFor) -> None:
    client = client_for(place.actor)
    asked = compare(client, place, kind="text", text="who likes trains")
    assert asked["state"] == "waiting" and look(client, place, asked["match"])["state"] == "waiting"
    place_text(place.rt, place.model, "who likes trains", at(0))
    ready = look(client, place, asked["match"])
    assert (ready["state"], ready["match"]) == ("ready", asked["match"])
    rows = call(client, f"{ids.CANDIDATE_GRID}.getRowsResponse",
                [(ids.CANDIDATE_GRID, "getRowsRequest",
                  {"startRow": 0, "endRow": 100, "filterModel": {}, "sortModel": []})],
                [(ids.GRID_VIEW, "data", page_of(place, match=ready["match"]))])  # fmt: skip
    shown = rows.get_json()["response"][ids.CANDIDATE_GRID]["getRowsResponse"]["rowData"]
    assert [int(row["id"]) for row in shown] == place.alike()
    assert shown[0]["similarity"] == 1 and shown[-1]["similarity"] is None


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"kind": "job"}, "no job description"),
        ({"kind": "taste"}, "at least 3 people"),
        ({"kind": "text", "text": " "}, "Describe whom"),
        ({"kind": "people", "ids": []}, "Choose the people"),
        ({"kind": "nothing"}, text.UNKNOWN_CALL),
        ({}, text.UNKNOWN_CALL),
    ],
)
def test_what_cannot_be_compared_is_told(place: Place, client_for: ClientFor, asked: dict[str, Any], why: str) -> None:
    found = compare(client_for(place.actor), place, **asked)
    assert found["state"] == "failed" and found["match"] is None and why in found["message"]


def test_the_chip_says_what_with_and_who_is_missing(place: Place, client_for: ClientFor) -> None:
    client = client_for(place.actor)

    def chip(match: int | None) -> str:
        page = page_of(place, match=match)
        response = call(client, f"{ids.FILTER_CHIPS}.children", [(ids.VIEW_SHOWN, "data", page)])
        return json.dumps(response.get_json()["response"][ids.FILTER_CHIPS]["children"], ensure_ascii=False)

    assert chip(None) == "[]"
    assert f"Most like “{SENTENCE}” first (4 of 40 cannot be compared, they come last)" in chip(place.match.id)
    one = matching.to_people(place.rt, place.actor, place.search, [place.ids[5]])
    assert "Most like P 5 first" in chip(one.id)
    assert text.MATCH_GONE in chip(2**40)


def test_the_page_offers_what_there_is_to_compare_with(place: Place, client_for: ClientFor) -> None:
    client, path = client_for(place.actor), f"/search/{place.search}"
    assert text.MATCH_NO_JOB in open_page(client, path)
    set_job(place.rt, place.search, JOB)
    shown = open_page(client, path, f"?match={place.match.id}")
    assert text.MATCH_NO_JOB not in shown and f'"match":{place.match.id}' in shown.replace(" ", "")
    assert '"pending":null' in shown.replace(" ", "")


def test_cards_say_how_alike_people_are(place: Place, client_for: ClientFor) -> None:
    def cards(match: int | None) -> str:
        return said(call(client_for(place.actor), f"{ids.CANDIDATE_CARDS}.children",
                         [(ids.CARDS_REQUEST, "data", {"n": 1, "start": 0})],
                         [(ids.GRID_VIEW, "data", page_of(place, match=match))]))  # fmt: skip

    assert text.CARDS_LIKENESS.format(similarity="1.00") in cards(place.match.id)
    assert text.CARDS_LIKENESS.split()[0] not in cards(None)


def test_a_link_whose_text_is_not_read_yet_is_waited_for(place: Place, client_for: ClientFor) -> None:
    match = matching.to_text(place.rt, place.actor, place.search, "not read yet").id
    shown = open_page(client_for(place.actor), f"/search/{place.search}", f"?match={match}").replace(" ", "")
    assert f'"pending":{match}' in shown and '"match":null' in shown
    again = call(client_for(place.actor), "url-answer.data", [(ids.URL_QUERY, "data", {"query": f"?match={match}"})],
                 [(ids.GRID_VIEW, "data", page_of(place))])  # fmt: skip
    view = again.get_json()["response"][ids.URL_ANSWER]["data"]["view"]
    assert (view["match"], view["pending"]) == (None, match)


def test_without_a_model_the_menu_says_why(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    with rt.db.connection() as conn:
        search = add_search(conn, alice)
    shown = open_page(client_for(alice), f"/search/{search}")
    assert json.dumps(matching.why_off(rt, alice), ensure_ascii=False)[1:-1] in shown
    assert matching.why_off(rt, alice)


def test_whoever_was_not_read_can_be(place: Place, charlie: Actor, client_for: ClientFor) -> None:
    path, state = f"/search/{place.search}", [(ids.GRID_VIEW, "data", page_of(place))]
    assert ids.MATCH_MAKE in open_page(client_for(place.actor), path)
    assert ids.MATCH_MAKE not in open_page(client_for(charlie), path)
    assert call(client_for(charlie), "", [(ids.MATCH_MAKE, "n_clicks", 1)], state).status_code == 403
    answer = call(client_for(place.actor), "", [(ids.MATCH_MAKE, "n_clicks", 1)], state)
    assert text.MATCH_MAKING in said(answer)
    assert rows_of(place.rt, "SELECT kind, search_id FROM runs") == [{"kind": "embed", "search_id": place.search}]


# -- the drawer ------------------------------------------------------------------------------------


def drawer(client: Browser, place: Place, person: int, match: int | None) -> str:
    response = call(client, f"..{ids.PERSON_BODY}.children...{ids.PERSON_ANSWER}.data..",
                    [(ids.PERSON_REQUEST, "data", {"n": 1, "person": str(person)})],
                    [(ids.GRID_VIEW, "data", page_of(place, match=match))])  # fmt: skip
    return said(response)


def test_the_drawer_says_how_alike_and_why(place: Place, client_for: ClientFor) -> None:
    client = client_for(place.actor)
    shown = drawer(client, place, place.alike()[0], place.match.id)
    assert text.MATCH_SIMILARITY.format(similarity="1.00") in shown and text.MATCH_NO_WORDS in shown
    assert text.MATCH_NOT_READ in drawer(client, place, place.ids[9], place.match.id)
    plain = drawer(client, place, place.ids[0], None)
    assert text.MATCH_MORE_LIKE in plain and text.MATCH_NO_WORDS not in plain
    # A comparison that is gone is no reason not to show the person.
    assert text.MATCH_MORE_LIKE in drawer(client, place, place.ids[0], 2**40)


def test_searches_that_fit_are_listed_on_demand(place: Place, client_for: ClientFor) -> None:
    with place.rt.db.connection() as conn:
        other = add_search(conn, place.actor)
    set_job(place.rt, other, JOB)
    place_text(place.rt, place.model, JOB, at(place.degrees[place.ids[1]]))
    client = client_for(place.actor)

    def fitting(person: int, clicks: int | None = 1) -> str:
        response = call(client, f"{ids.MATCH_FITTING_LIST}.children", [(ids.MATCH_FITTING, "n_clicks", clicks)],
                        [(ids.PERSON_ANSWER, "data", {"person": str(person)}),
                         (ids.GRID_VIEW, "data", page_of(place))])  # fmt: skip
        return said(response)

    shown = fitting(place.ids[1])
    assert f"/search/{other}" in shown and "1.00" in shown and text.MATCH_LOOKED[0].format(n="1") in shown
    assert "not been read" in fitting(place.ids[9])
    assert "children" not in fitting(place.ids[1], None)


# -- people of other searches ----------------------------------------------------------------------


def test_the_most_alike_of_other_searches_come_first(place: Place, bob: Actor) -> None:
    mine = Place(place.rt, bob)
    hidden = Place(place.rt, bob, visibility="private")
    found = rediscovery.find(place.rt, place.actor, place.search, place.match.id, top=10)
    profiles = {row["id"]: row["profile_id"] for row in rows_of(place.rt, "SELECT id, profile_id FROM candidates")}
    assert [one.id for one in found.people] == [profiles[one] for one in mine.alike()[:10]]
    assert found.among == 40 and {place["title"] for one in found.people for place in one.places} == {"Backend Bern"}
    assert not {one.id for one in found.people} & {profiles[one] for one in hidden.ids}
    seen = rediscovery.find(place.rt, bob, place.search, place.match.id, top=100)
    assert (len(seen.people), seen.among) == (72, 80)


def test_whoever_is_in_the_search_already_is_left_out(place: Place, bob: Actor) -> None:
    Place(place.rt, bob)
    first = rediscovery.find(place.rt, place.actor, place.search, place.match.id, top=2)
    wanted = [one.id for one in first.people]
    version = result_sets.version_of(place.rt, place.actor, place.view(None))
    assert rediscovery.add(place.rt, place.actor, place.search, wanted) == 2
    assert rediscovery.add(place.rt, place.actor, place.search, wanted) == 0
    assert result_sets.version_of(place.rt, place.actor, place.view(None)) == version + 1
    again = rediscovery.find(place.rt, place.actor, place.search, place.match.id, top=100)
    assert len(again.people) == 34 and not {one.id for one in again.people} & set(wanted)
    count = rows_of(place.rt, "SELECT profile_count AS n FROM searches WHERE id = %s", place.search)[0]["n"]
    assert count == result_sets.count(place.rt, place.actor, place.view(None, status="all"), None).row_count == 42


def test_nobody_is_added_whom_one_may_not_see(place: Place, bob: Actor, charlie: Actor) -> None:
    hidden = Place(place.rt, bob, visibility="private")
    people = [row["profile_id"] for row in rows_of(
        place.rt, "SELECT profile_id FROM candidates WHERE search_id = %s", hidden.search)]  # fmt: skip
    with pytest.raises(BadInput, match="nobody was added"):
        rediscovery.add(place.rt, place.actor, place.search, people)
    with pytest.raises(BadInput, match="Choose someone"):
        rediscovery.add(place.rt, place.actor, place.search, [])
    with pytest.raises(Forbidden):
        rediscovery.add(place.rt, charlie, place.search, people)
    with pytest.raises(Forbidden):
        rediscovery.find(place.rt, place.actor, hidden.search, hidden.match.id)


def test_the_page_of_other_people(place: Place, bob: Actor, client_for: ClientFor) -> None:
    client, path = client_for(place.actor), f"/search/{place.search}/match"
    assert text.REDISCOVER_ASK in open_page(client, path)
    assert text.REDISCOVER_NO_OTHERS in open_page(client, path, f"?match={place.match.id}")
    Place(place.rt, bob, 12)
    shown = open_page(client, path, f"?match={place.match.id}")
    assert shown.count("known-person") == 11 and "11 of 12 people" in shown
    set_job(place.rt, place.search, JOB)
    assert text.REDISCOVER_READING in open_page(client, path)
    body = f"{ids.REDISCOVER_BODY}.children"
    state = [(ids.REDISCOVER_MATCH, "data", place.match.id), (ids.REDISCOVER_SEARCH, "data", str(place.search))]
    looked = call(client, f"..{body}...{ids.REDISCOVER_CLOCK}.disabled..", [(ids.REDISCOVER_CLOCK, "n_intervals", 1)],
                  state)  # fmt: skip
    assert looked.get_data(as_text=True).count("known-person") == 11
    who = rediscovery.find(place.rt, place.actor, place.search, place.match.id).people[0].id
    added = call(client, body, [(ids.REDISCOVER_ADD, "n_clicks", 1)],
                 [[(ids.rediscover_choice(who), "value", [who])], *state])  # fmt: skip
    assert "1 person was added" in added.get_data(as_text=True)
    assert added.get_data(as_text=True).count("known-person") == 10


def test_a_link_to_the_page_of_other_people_shows_the_same_to_a_colleague(
    place: Place, bob: Actor, client_for: ClientFor
) -> None:
    set_job(place.rt, place.search, JOB)
    place_text(place.rt, place.model, JOB, at(45))
    Place(place.rt, bob, 12)
    path, client, colleague = f"/search/{place.search}/match", client_for(place.actor), client_for(bob)
    store = re.compile(rf'"data":(\d+),"id":"{ids.REDISCOVER_MATCH}"|"id":"{ids.REDISCOVER_MATCH}","data":(\d+)')

    def compared(shown: str) -> int:
        found = store.search(shown.replace(" ", ""))
        assert found is not None, shown
        return int(found[1] or found[2])

    # Without a word in the address it is the job description; with one it is that, for whoever may see the search.
    job = matching.to_job(place.rt, place.actor, place.search)
    assert compared(open_page(client, path)) == job.id
    assert compared(open_page(client, path, f"?match={place.match.id}")) == place.match.id
    shown = open_page(colleague, path, f"?match={place.match.id}")
    assert compared(shown) == place.match.id and text.REDISCOVER_GONE not in shown
    # What cannot be read, is gone, or is of another search is left out and said; the job description stays.
    other = Place(place.rt, bob)
    for query, notice in (
        ("?match=x", "A part of the link (match) could not be read"),
        (f"?match={2**40}", text.REDISCOVER_GONE),
        (f"?match={other.match.id}", text.REDISCOVER_GONE),
        ("?sort=full_name.asc", rediscovery.NO_PART),
        ("?something=else", "A part of the link is not known"),
    ):
        shown = open_page(client, path, query)
        assert compared(shown) == job.id and notice in shown, query


def test_a_link_that_compares_with_people_who_were_not_read_says_so(place: Place, client_for: ClientFor) -> None:
    match = matching.to_people(place.rt, place.actor, place.search, [place.ids[0]])
    rows_of(place.rt, "UPDATE profile_embeddings SET embedding = NULL RETURNING 1")
    shown = open_page(client_for(place.actor), f"/search/{place.search}/match", f"?match={match.id}")
    assert matching.NOT_COMPARED in shown and text.REDISCOVER_GONE not in shown


def test_among_how_many_is_counted_no_further_than_it_takes(
    place: Place, bob: Actor, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    Place(place.rt, bob)

    def find() -> rediscovery.Found:
        return rediscovery.find(place.rt, place.actor, place.search, place.match.id, top=5)

    assert (find().among, find().exact) == (40, True)
    monkeypatch.setattr(rediscovery, "MOST_COUNTED", 40)
    assert (find().among, find().exact) == (40, True)
    monkeypatch.setattr(rediscovery, "MOST_COUNTED", 12)
    assert (find().among, find().exact) == (12, False)
    shown = open_page(client_for(place.actor), f"/search/{place.search}/match", f"?match={place.match.id}")
    assert text.REDISCOVER_MANY.format(n="36") in shown  # as many as are shown there, at least
    # Whoever is looked at and is here already is not counted; nobody is said to be nowhere for that.
    rediscovery.add(place.rt, place.actor, place.search, [one.id for one in find().people])
    assert find().among <= 12 and not find().exact


def test_asking_on_the_page_of_other_people(place: Place, bob: Actor, client_for: ClientFor) -> None:
    client = client_for(place.actor)
    Place(place.rt, bob, 12)

    def ask(sentence: str) -> str:
        outputs = f"..{ids.REDISCOVER_MATCH}.data...{ids.REDISCOVER_BODY}.children...{ids.REDISCOVER_CLOCK}.disabled.."
        response = call(client, outputs,
                        [(ids.REDISCOVER_START, "n_clicks", 1), (ids.REDISCOVER_JOB, "n_clicks", None)],
                        [(ids.REDISCOVER_TEXT, "value", sentence),
                         (ids.REDISCOVER_SEARCH, "data", str(place.search))])  # fmt: skip
        return said(response)

    assert ask(SENTENCE).count("known-person") == 11
    assert text.REDISCOVER_READING in ask("something new")
    assert matching.NO_TEXT in ask(" ")


# -- files, a command, rejecting -------------------------------------------------------------------


def test_likeness_stands_in_files_of_a_view_that_compares(place: Place) -> None:
    rt, actor = place.rt, place.actor
    columns = ["full_name", "similarity"]
    look = export_preview.preview(rt, actor, place.view(), None, {"all": True}, "processed", columns)
    assert look.columns == columns and look.first[0][1] == "1.0"
    params = exports.read_params(place.view(), None, {"all": True}, "csv", columns, "processed",
                                 exports.more_columns(rt, actor, place.view()))  # fmt: skip
    run_id = Runner(rt, "test").execute_inline(actor, "export", str(place.search), params)
    with Storage.of(rt.settings).open_read(exports.export_of_run(rt, run_id)["storage_key"]) as file:
        lines = list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"))))
    page = result_sets.fetch_page(rt, actor, place.view(), None, 0, 100)
    assert [(line["full_name"], float(line["similarity"]) if line["similarity"] else None) for line in lines] == [
        (row["full_name"], row["similarity"]) for row in page.rows
    ]
    with pytest.raises(BadInput, match="no column 'similarity'"):
        exports.start_export(rt, actor, place.view(None), None, {"all": True}, "csv", columns)


def test_the_command_shows_the_most_alike(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def opened(*_: Any, **__: Any) -> Any:
        yield place.rt

    monkeypatch.setattr("services.commands.cli_base.opened", opened)
    common = ["match", str(place.search), "--user", "alice@example.com"]
    assert cli.main([*common, "--text", SENTENCE, "--top", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [int(row["id"]) for row in told["rows"]] == place.alike()[:3]
    assert (told["people"], told["compared"]) == (40, 36)
    assert cli.main([*common, "--text", SENTENCE, "--top", "3"]) == 0
    assert "3 of 40, 36 of whom can be compared" in capsys.readouterr().out
    for bad, why in (
        (["--top", "0"], "--top is from 1"),
        ([], "no job description"),
        (["--text", "new"], "job worker"),
    ):
        assert cli.main([*common, *bad]) == 2
        assert why in capsys.readouterr().err


def test_rejecting_who_is_least_alike_is_rejecting_by_a_model(place: Place) -> None:
    rt, choice = place.rt, score_rejections.Choice(place.view(), part=True)
    with rt.db.connection() as conn, pytest.raises(score_rejections.MustConfirm):
        score_rejections.decide(conn, rt, place.search, choice, place.ids[:10])
    with rt.db.connection() as conn:
        plain = score_rejections.Choice(place.view(sort=[{"colId": "full_name", "sort": "asc"}]), part=True)
        assert score_rejections.decide(conn, rt, place.search, plain, place.ids[:10]) is None


def test_a_match_that_is_not_ready_stops_a_file_with_a_reason(place: Place) -> None:
    match = matching.to_text(place.rt, place.actor, place.search, "not read yet").id
    with pytest.raises(Conflict, match="being read"):
        exports.start_export(place.rt, place.actor, View.of(place.search, match=match), None, {"all": True})
